declare module '*.module.css' {
  const names: Readonly<Record<string, string>>;
  export default names;
}
declare module '*.css';
declare module '*?raw' {
  const text: string;
  export default text;
}
interface ImportMeta {
  readonly env: { readonly MODE: string; readonly DEV: boolean; readonly BASE_URL: string };
  glob<T>(pattern: string, options: object): Record<string, T>;
}
declare module '*?worker' {
  const Start: new () => Worker;
  export default Start;
}
declare module 'monaco-editor/languages/definitions/yaml/register';
declare module 'monaco-editor/editor/*';
declare module 'monaco-editor/base/*';
declare module 'monaco-editor/platform/*';
