/** Whether a shell would ask for another line before it runs a text. For those who split scripts without running them. */
export { isIncomplete } from './parse.ts';
