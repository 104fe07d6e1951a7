/** One of the things that an answer names by the thousand: only what is read of it, as the SDK has it. */
export interface AnswerItem {
  Key?: string;
  VersionId?: string;
  Size?: number;
  LastModified?: Date;
}

export interface AnswerItems {
  /** By the SDK's name of the list. Each holds one item at least. */
  readonly lists: Readonly<Record<string, AnswerItem[]>>;
  /** The answer without them. */
  readonly rest: string;
}

/** The SDK's name of the list by the element's, of each command's answer. */
const LISTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ListObjectVersionsCommand: { Version: 'Versions', DeleteMarker: 'DeleteMarkers' },
  DeleteObjectsCommand: { Deleted: 'Deleted' },
};
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** The answer is written in some way that only a whole parser of XML is sure of. */
class Unsure extends Error {}

/**
 * Reads the items of an answer, for whose thousands the SDK takes several times as long as for all the rest of the request. Takes only
 * what it is sure of, to the last character: plain elements without attributes, and nothing of an item that is not text but its owner.
 * Undefined: there are none of that kind, or the answer is written otherwise: it is for the SDK to read then.
 */
export function takeItems(commandName: string | undefined, xml: string): AnswerItems | undefined {
  const lists = LISTS[commandName ?? ''];
  // References, comments, CDATA and line ends have rules of their own.
  if (lists === undefined || xml.includes('<!') || xml.includes('\r')) return undefined;
  try {
    return read(xml, lists);
  } catch (error) {
    if (error instanceof Unsure) return undefined;
    throw error;
  }
}

function read(xml: string, names: Readonly<Record<string, string>>): AnswerItems {
  const [head, root] = /^(?:<\?xml [^<>]*\?>)?\s*<(\w+)(?: xmlns="[^"<>&]*")?>/.exec(xml) ?? [];
  if (head === undefined || root === undefined) throw new Unsure();
  const lists: Record<string, AnswerItem[]> = {};
  const shapes = new Map<string, Shape>();
  let [at, kept, rest] = [skipSpace(xml, head.length), 0, ''];
  let shape: Shape | undefined;
  while (!xml.startsWith('</', at)) {
    const tag = tagAt(xml, at, shape?.tag);
    const inside = at + tag.open.length;
    const list = Object.hasOwn(names, tag.name) ? names[tag.name] : undefined;
    if (list === undefined) at = skipElement(xml, tag, inside);
    else {
      shape = shapes.get(tag.name) ?? { tag, fields: [] };
      shapes.set(tag.name, shape);
      const item: AnswerItem = {};
      const end = readItem(xml, shape, inside, item);
      (lists[list] ??= []).push(item);
      rest += xml.slice(kept, at);
      kept = at = end;
    }
    at = skipSpace(xml, at);
  }
  if (xml.slice(at).trimEnd() !== `</${root}>` || kept === 0) throw new Unsure();
  return { lists, rest: rest + xml.slice(kept) };
}

/** An element's name, as it begins and ends. */
interface Tag {
  readonly name: string;
  readonly open: string;
  readonly close: string;
}

/** How the last item of its kind was written: the next one is likely to be like it. */
interface Shape {
  readonly tag: Tag;
  readonly fields: Tag[];
}

/** Answers the place behind the item. */
function readItem(xml: string, { tag, fields }: Shape, from: number, item: AnswerItem): number {
  let at = skipSpace(xml, from);
  for (let n = 0; !xml.startsWith('</', at); n++) {
    const field = (fields[n] = tagAt(xml, at, fields[n]));
    const inside = at + field.open.length;
    if (field.name === 'Owner') at = skipElement(xml, field, inside);
    else {
      const end = xml.indexOf('<', inside);
      if (!xml.startsWith(field.close, end)) throw new Unsure();
      setField(item, field.name, xml, inside, end);
      at = end + field.close.length;
    }
    at = skipSpace(xml, at);
  }
  if (!xml.startsWith(tag.close, at)) throw new Unsure();
  return at + tag.close.length;
}

function setField(item: AnswerItem, field: string, xml: string, from: number, to: number): void {
  if (field !== 'Key' && field !== 'VersionId' && field !== 'Size' && field !== 'LastModified') return;
  const written = xml.slice(from, to);
  if (item[field] !== undefined || written === '' || written.trim() !== written) throw new Unsure();
  if (field === 'Size') item.Size = sure(/^\d{1,15}$/.test(written), Number(written));
  else if (field === 'LastModified') {
    const time = new Date(written);
    item.LastModified = sure(TIME.test(written) && !Number.isNaN(time.getTime()), time);
  } else item[field] = written.includes('&') ? resolved(written) : written;
}

const resolved = (written: string) =>
  written.replace(/&([^;]*)(;?)/g, (_, name: string, end: string) => {
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
    const number = code && (code[1] === undefined ? Number(code[2]) : parseInt(code[1], 16));
    if (typeof number === 'number') return String.fromCodePoint(sure(isCharacter(number), number));
    return sure(end === ';' && Object.hasOwn(ENTITIES, name), ENTITIES[name] ?? '');
  });

/** Neither a control character nor half of one. */
const isCharacter = (code: number) =>
  (code >= 0x20 && code < 0xd800) || (code >= 0x10000 && code <= 0x10ffff);

function sure<T>(is: boolean, value: T): T {
  if (!is) throw new Unsure();
  return value;
}

/** The element that begins here, which has no attributes and does not end at once. */
function tagAt(xml: string, at: number, likely: Tag | undefined): Tag {
  if (likely !== undefined && xml.startsWith(likely.open, at)) return likely;
  const end = xml.indexOf('>', at);
  if (xml[at] !== '<' || end === -1) throw new Unsure();
  const name = xml.slice(at + 1, end);
  return sure(/^[A-Za-z]\w*$/.test(name), { name, open: `<${name}>`, close: `</${name}>` });
}

/** Answers the place behind it. Nothing of its own name is in it. */
function skipElement(xml: string, { name, close }: Tag, from: number): number {
  const end = xml.indexOf(close, from);
  if (end === -1 || xml.slice(from, end).includes(`<${name}`)) throw new Unsure();
  return end + close.length;
}

function skipSpace(xml: string, from: number): number {
  let at = from;
  for (
    let code = xml.charCodeAt(at);
    code === 0x20 || code === 0x0a || code === 0x09;
    code = xml.charCodeAt(at)
  )
    at++;
  return at;
}
