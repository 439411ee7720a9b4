/** Stands for Prettier in the YAML worker, which imports it for formatting; we do not offer that command. */
export const format = (text: string): string => text;
export const languages = [];
export const parsers = {};
export const printers = {};
export const options = {};
