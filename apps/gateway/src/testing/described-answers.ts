import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Described {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
export interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Described>>;
}
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}
/** What a client sees of an answer. */
export interface SeenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The gateway's own description, as the judge of its answers. */
export interface Judge {
  readonly operations: readonly (readonly [method: string, template: string, operation: Operation])[];
  /** `METHOD /template` of a request; undefined: the document does not speak of it. */
  operationOf(method: string, path: string): string | undefined;
  describes(operation: string, status: number): boolean;
  /** As below, of an error of any operation. */
  faultsOfError(answer: SeenAnswer): string[];
  /** What an answer is not, though the document says so; empty: it is as described. */
  faultsOf(operation: string, answer: SeenAnswer): string[];
}

export function createJudge(document: OpenApiDocument): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [method.toUpperCase(), template, operation] as const,
    ),
  );
  const known = operations.map(([method, template, operation]) => ({
    method,
    pattern: patternOf(template),
    name: `${method} ${template}`,
    operation,
  }));
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (...pointer: readonly string[]) => {
    const ref = `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    const validator = validators.get(ref) ?? ajv.compile({ $ref: ref });
    validators.set(ref, validator);
    return validator;
  };
  const bodyFaults = (validate: ValidateFunction, text: string) => {
    try {
      return validate(JSON.parse(text)) ? [] : [ajv.errorsText(validate.errors)];
    } catch {
      return ['the body is no JSON'];
    }
  };
  /** Each event's data is the resource that the stream's description names. */
  const eventFaults = (text: string) =>
    [...text.matchAll(/^data: (.*)$/gm)].flatMap(([, data = '']) =>
      bodyFaults(validatorOf('components', 'schemas', 'Deletion'), data),
    );
  const describedOf = (name: string, status: number) =>
    known.find((one) => one.name === name)?.operation.responses[status];
  return {
    operations,
    operationOf: (method, path) =>
      known.find((one) => one.method === method && one.pattern.test(normalized(path)))?.name,
    describes: (name, status) => describedOf(name, status) !== undefined,
    faultsOfError: (answer) =>
      typeOf(answer) === 'application/json'
        ? bodyFaults(validatorOf('components', 'schemas', 'Error'), answer.text)
        : ['an error is no JSON'],
    faultsOf(name, answer) {
      const { status, text } = answer;
      const described = describedOf(name, status);
      if (described === undefined) return [`${status} is not described`];
      const type = typeOf(answer);
      const { content = {} } = described;
      const types = Object.keys(content);
      if (types.length === 0) return text === '' && type === '' ? [] : [`${status} has a body`];
      if (!types.includes(type)) return [`${status} is ${type}, not ${types.join(' or ')}`];
      if (type === 'text/event-stream') return eventFaults(text);
      if (type !== 'application/json') return [];
      const [method = '', template = ''] = name.split(' ');
      const place = ['paths', template, method.toLowerCase(), 'responses', String(status)];
      return bodyFaults(validatorOf(...place, 'content', type, 'schema'), text);
    },
  };
}

function typeOf({ headers }: SeenAnswer): string {
  return String(headers['content-type'] ?? '').split(';')[0] ?? '';
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}

/** As the router sees it. */
function normalized(path: string): string {
  return (path.split('?')[0] ?? '').replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
}
