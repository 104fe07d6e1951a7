import { readFileSync } from 'node:fs';

/** The environment does not describe a service: every fault at once, each in a sentence that says what to do. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly faults: readonly string[]) {
    super(`the configuration is incomplete or wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** Reads typed settings from an environment and collects what is wrong, so that one start names every fault. */
export class Configuration {
  readonly #faults: string[] = [];
  constructor(private readonly env: Readonly<Record<string, string | undefined>>) {}

  /** A non-empty text; `NAME_FILE` may name a file that holds it instead. Never has a default. */
  text(name: string, what: string): string {
    return this.optionalText(name) ?? this.#fault('', `${name} is missing: set it to ${what}`);
  }

  optionalText(name: string): string | undefined {
    const file = this.env[`${name}_FILE`];
    if (file !== undefined && file !== '') {
      try {
        return readFileSync(file, 'utf8').trim() || undefined;
      } catch {
        return this.#fault('', `${name}_FILE names a file that cannot be read: ${file}`);
      }
    }
    const value = this.env[name]?.trim();
    return value === '' ? undefined : value;
  }

  url(name: string, what: string, protocols: readonly string[]): string {
    const value = this.text(name, what);
    if (value === '') return value;
    const protocol = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : undefined;
    if (protocol !== undefined && protocols.includes(protocol)) return value;
    return this.#fault(
      '',
      `${name} must be a URL that starts with ${protocols.map((p) => `${p}://`).join(' or ')}`,
    );
  }

  /** A whole number within bounds. */
  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.optionalText(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    return this.#fault(fallback, `${name} must be a whole number from ${min} to ${max}`);
  }

  oneOf<T extends string>(name: string, fallback: T, choices: readonly T[]): T {
    const value = this.optionalText(name) ?? fallback;
    const choice = choices.find((candidate) => candidate === value);
    return choice ?? this.#fault(fallback, `${name} must be one of ${choices.join(', ')}`);
  }

  /** `host:port` to listen on or to call. Port 0 asks the system for a free one. */
  address(name: string, fallback?: string): string {
    const value = this.optionalText(name) ?? fallback;
    if (value === undefined) return this.#fault('', `${name} is missing: set it to host:port`);
    const port = Number(/^[^\s/]+:(\d{1,5})$/.exec(value)?.[1]);
    if (port <= 65_535) return value;
    return this.#fault('', `${name} must be host:port, as in 127.0.0.1:7000`);
  }

  /** Parses with a function that throws a sentence. */
  parsed<T>(name: string, what: string, parse: (text: string) => T): T {
    const value = this.text(name, what);
    try {
      return parse(value);
    } catch (error) {
      if (value !== '') this.#faults.push(`${name}: ${(error as Error).message}`);
      return undefined as T; // never seen: finish() throws
    }
  }

  /** Settings that contradict each other. */
  must(hold: boolean, sentence: string): void {
    if (!hold) this.#faults.push(sentence);
  }

  /** @throws ConfigurationError when anything was missing or wrong. */
  finish<T>(settings: T): T {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#faults);
    return settings;
  }

  #fault<T>(instead: T, sentence: string): T {
    this.#faults.push(sentence);
    return instead;
  }
}
