/** A text, and whether it is an attack. */
export interface LabelledText {
  text: string;
  isAttack: boolean;
}

/** Reads `{"label": "attack" | "benign", "text": "…"}`, one a line. */
export function readLabelled(lines: string): LabelledText[] {
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const { text, label }: { text: string; label: "attack" | "benign" } = JSON.parse(line);
      return { text, isAttack: label === "attack" };
    });
}
