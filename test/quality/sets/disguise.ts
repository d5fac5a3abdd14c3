/** Ways in which attackers hide words; each is undone by a reader, or by a model. */

export function toBase64(text: string): string {
  return btoa(text);
}

export function hex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= "Z" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}

const DIGITS: Record<string, string> = { a: "4", e: "3", i: "1", o: "0", s: "5", t: "7" };

export function leet(text: string): string {
  return text.replace(/[aeiost]/g, (letter) => DIGITS[letter] ?? letter);
}

/** `i g n o r e   a l l` */
export function spaced(text: string): string {
  return text
    .split(" ")
    .map((word) => [...word].join(" "))
    .join("   ");
}

/** A zero-width space after every second letter. */
export function withGaps(text: string): string {
  return text.replace(/(\w\w)/g, "$1\u200B");
}

/** In Unicode's tag characters, which are not shown. */
export function tagged(text: string): string {
  return [...text].map((letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0))).join("");
}

export function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
}
