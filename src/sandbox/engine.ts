/** The hash of the engine's sources: a journal names the build that wrote it. The build puts it in; sources that run as they
 *  are call themselves "dev". */
declare const __ENGINE__: string | undefined;

export const ENGINE: string = typeof __ENGINE__ === 'string' ? __ENGINE__ : 'dev';
