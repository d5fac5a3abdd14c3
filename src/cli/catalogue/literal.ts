/**
 * Reads one JavaScript literal, as bundlers print data: objects with bare keys, strings in any quotes, `!0`, `1e6`.
 * Nothing is evaluated. Throws where the text is anything else.
 */
export function readLiteral(text: string, start = 0): unknown {
  let at = start;

  function value(): unknown {
    const character = text[at];
    if (character === "{") return object();
    if (character === "[") return array();
    if (character === '"' || character === "'" || character === "`") return string(character);
    const word = /(?:!0|!1|null|void 0|-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/y;
    word.lastIndex = at;
    const found = word.exec(text)?.[0];
    if (found === undefined) throw new Error(`no literal at ${at}: ${text.slice(at, at + 40)}`);
    at += found.length;
    if (found === "!0") return true;
    if (found === "!1") return false;
    return found === "null" || found === "void 0" ? null : Number(found);
  }

  function object(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (at += 1; text[at] !== "}"; ) {
      const quote = text[at];
      const key = quote === '"' || quote === "'" || quote === "`" ? string(quote) : bareKey();
      expect(":");
      entries.push([key, value()]);
      if (text[at] !== "}") expect(",");
    }
    at += 1;
    return Object.fromEntries(entries);
  }

  function array(): unknown[] {
    const items: unknown[] = [];
    for (at += 1; text[at] !== "]"; ) {
      items.push(value());
      if (text[at] !== "]") expect(",");
    }
    at += 1;
    return items;
  }

  function bareKey(): string {
    const word = /[\w$]+/y;
    word.lastIndex = at;
    const found = word.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  }

  function string(quote: string): string {
    let result = "";
    for (at += 1; text[at] !== quote; at += 1) {
      const character = text[at];
      if (character === undefined || (quote === "`" && text.startsWith("${", at)))
        throw new Error(`no string at ${at}`);
      result += character === "\\" ? escaped() : character;
    }
    at += 1;
    return result;
  }

  function escaped(): string {
    at += 1;
    const character = text[at] ?? "";
    const hex = /^(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]+)\})/i.exec(text.slice(at, at + 10));
    if (hex) {
      at += hex[0].length - 1;
      return String.fromCodePoint(Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? "", 16));
    }
    const short: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", "0": "\0", "\n": "" };
    return short[character] ?? character;
  }

  function expect(character: string): void {
    if (text[at] !== character) throw new Error(`no ${character} at ${at}: ${text.slice(at, at + 40)}`);
    at += 1;
  }

  return value();
}
