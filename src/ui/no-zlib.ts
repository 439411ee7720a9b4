/** A library that the shell loads late names node:zlib; its compression commands are never reached in the page. */
const absent = (): never => {
  throw new Error('compression is not available here');
};
export const gzipSync = absent;
export const gunzipSync = absent;
export const deflateSync = absent;
export const inflateSync = absent;
export const constants = {};
