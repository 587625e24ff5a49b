import type { FieldValue } from './parsed-body.js';

/** Why a text is not the JSON that Keybrake takes. Thrown inside the parser only; `parseJson` makes it a value. */
export class JsonProblem extends Error {
  override readonly name = 'JsonProblem';
}

const DEPTH_MAX = 20;
const VALUES_MAX = 20_000;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// Runs of plain characters between single escapes: matches, or fails, in linear time.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids raw control characters in strings.
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const WORD = /true|false|null/y;

/**
 * Parses RFC 8259 JSON, more strictly than `JSON.parse`: a key may occur once per object, `__proto__` never, nesting is
 * bounded, and strings hold whole characters. Numbers stay the text they were, so that 1e6 or 1.0 is seen as such.
 */
export function parseJsonText(text: string): FieldValue {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class JsonReader {
  #at = 0;
  #values = 0;

  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): FieldValue {
    this.#values += 1;
    if (this.#values > VALUES_MAX) throw new JsonProblem(`it has more than ${VALUES_MAX} values`);
    this.#take(SPACE);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(this.#deeper(depth));
      case '[':
        return this.#list(this.#deeper(depth));
      case '"':
        return { kind: 'text', text: this.#string() };
      default:
        return this.#scalar();
    }
  }

  end(): void {
    this.#take(SPACE);
    if (this.#at < this.#text.length) throw new JsonProblem(`there is more text at position ${this.#at}`);
  }

  #deeper(depth: number): number {
    if (depth >= DEPTH_MAX) throw new JsonProblem(`it is nested deeper than ${DEPTH_MAX} levels`);
    return depth + 1;
  }

  #object(depth: number): FieldValue {
    const fields = new Map<string, FieldValue>();
    this.#at += 1;
    if (this.#skip('}')) return { kind: 'object', fields };
    do {
      this.#take(SPACE);
      const key = this.#string();
      if (key === '__proto__') throw new JsonProblem('it has a key __proto__');
      if (fields.has(key)) throw new JsonProblem(`the key ${JSON.stringify(key.slice(0, 100))} is given twice`);
      this.#expect(':');
      fields.set(key, this.value(depth));
    } while (this.#skip(','));
    this.#expect('}');
    return { kind: 'object', fields };
  }

  #list(depth: number): FieldValue {
    const items: FieldValue[] = [];
    this.#at += 1;
    if (this.#skip(']')) return { kind: 'list', items };
    do {
      items.push(this.value(depth));
    } while (this.#skip(','));
    this.#expect(']');
    return { kind: 'list', items };
  }

  #string(): string {
    const source = this.#take(STRING);
    if (source === '') throw this.#unexpected('a string');
    const text = JSON.parse(source) as string;
    if (!text.isWellFormed() || text.includes('\0')) throw new JsonProblem('a string holds half a character or a NUL');
    return text;
  }

  #scalar(): FieldValue {
    const number = this.#take(NUMBER);
    if (number !== '') return { kind: 'number', source: number };
    const word = this.#take(WORD);
    if (word === '') throw this.#unexpected('a value');
    return word === 'null' ? { kind: 'null' } : { kind: 'boolean', value: word === 'true' };
  }

  #skip(char: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #expect(char: string): void {
    if (!this.#skip(char)) throw this.#unexpected(char);
  }

  /** What the sticky pattern matches here; empty when it does not. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += match.length;
    return match;
  }

  #unexpected(wanted: string): JsonProblem {
    return new JsonProblem(`${wanted} is missing at position ${this.#at}`);
  }
}

/** The same value as compact JSON: key order and number texts kept, strings escaped by one rule. */
export function writeJsonText(value: FieldValue): string {
  switch (value.kind) {
    case 'text':
      return JSON.stringify(value.text);
    case 'number':
      return value.source;
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
    case 'list':
      return `[${value.items.map(writeJsonText).join(',')}]`;
    case 'object':
      return `{${[...value.fields].map(([key, member]) => `${JSON.stringify(key)}:${writeJsonText(member)}`).join(',')}}`;
  }
}
