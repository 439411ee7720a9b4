export declare function isAllowed(expression: string): boolean;
export declare function shippedPackages(root: string): readonly { readonly name: string; readonly version: string; readonly license: string; readonly text: string }[];
export declare function licensesText(root: string): string;
