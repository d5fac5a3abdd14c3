import nlp from "compromise/two";

const { one } = nlp.model() as { one: { lexicon: Record<string, string | string[] | undefined> } };
const phrases: Record<string, string[]> = {};
for (const [phrase, tags] of Object.entries(one.lexicon)) {
  const joined = [tags ?? []].flat().join(" ");
  phrases[joined] = [...(phrases[joined] ?? []), phrase];
}

/** What the tagger knows of words and phrases, in lower case: those that have the same tags, one a line. */
export default Object.fromEntries(Object.entries(phrases).map(([tags, list]) => [tags, list.join("\n")]));
