/** Reads fields of a parsed YAML value and gathers what is wrong with them, so that an author sees all mistakes at once. */
import type { LessonProblem } from './lesson.ts';

export class Reader {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    readonly path: string,
    readonly problems: LessonProblem[],
  ) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject && value !== undefined) problems.push({ field: path, message: 'must be a mapping' });
    this.fields = isObject ? (value as Record<string, unknown>) : {};
  }

  problem(field: string, message: string): void {
    this.problems.push({ field: this.at(field), message });
  }

  only(names: readonly string[]): void {
    for (const name of Object.keys(this.fields)) if (!names.includes(name)) this.problem(name, 'is not a field of the format');
  }

  raw(field: string): unknown {
    return this.fields[field];
  }

  text(field: string, pattern?: RegExp): string {
    const value = this.fields[field];
    if (typeof value !== 'string' || value === '') {
      this.problem(field, value === undefined ? 'is missing' : 'must be text');
      return '';
    }
    if (pattern && !pattern.test(value)) this.problem(field, `does not look right: ${value}`);
    return value;
  }

  optional(field: string): string | undefined {
    return this.fields[field] === undefined ? undefined : this.text(field);
  }

  number(field: string, least: number, otherwise?: number): number {
    const value = this.fields[field];
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (typeof value !== 'number' || value < least) {
      this.problem(field, `must be a number of at least ${least}`);
      return least;
    }
    return value;
  }

  choice<T extends string>(field: string, from: readonly T[], otherwise: T): T {
    const value = this.fields[field];
    if (value === undefined) return otherwise;
    const found = from.find((one) => one === value);
    if (found === undefined) this.problem(field, `is one of: ${from.join(', ')}`);
    return found ?? otherwise;
  }

  texts(field: string): readonly string[] {
    const value = this.fields[field];
    if (value === undefined) return [];
    if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) {
      this.problem(field, 'must be a list of texts');
      return [];
    }
    return value as string[];
  }

  record(field: string): Readonly<Record<string, string>> {
    const value = this.fields[field];
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null || Object.values(value).some((one) => typeof one !== 'string')) {
      this.problem(field, 'must map names to texts');
      return {};
    }
    return value as Record<string, string>;
  }

  child(field: string): Reader {
    return new Reader(this.fields[field], this.at(field), this.problems);
  }

  list(field: string): readonly Reader[] {
    const value = this.fields[field];
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.problem(field, 'must be a list');
      return [];
    }
    return value.map((one: unknown, index) => new Reader(one, `${this.at(field)}[${index}]`, this.problems));
  }

  private at(field: string): string {
    return this.path === '' ? field : field === '' ? this.path : `${this.path}.${field}`;
  }
}
