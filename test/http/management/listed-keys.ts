import { manage } from "../client.ts";

/** The hashes of all keys that a listing has, page by page; `query` without its question mark. */
export async function listedHashes(query = ""): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const response = await manage(`/api/v1/keys?offset=${all.length}&${query}`);
    const { data } = await response.json<{ data: { hash: string }[] }>();
    if (data.length === 0) return all;
    all.push(...data.map(({ hash }) => hash));
  }
}
