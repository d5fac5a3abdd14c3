import { describe, expect, it } from "vitest";
import { findSession, forgetSession, keepSession } from "../../src/store/sessions.ts";

const MINUTE = 60_000;
const HERE = { endpointId: "acme/one a", modelId: "acme/one" };
const THERE = { endpointId: "acme/one b", modelId: "acme/one" };

describe("where a conversation is", () => {
  it("is nowhere until it was kept somewhere", () => {
    expect(findSession("sessions nowhere", 0)).toBeUndefined();
  });

  it.each<
    [
      name: string,
      steps: ["keep" | "forget", where: typeof HERE, atMs: number][],
      atMs: number,
      found: typeof HERE | undefined,
    ]
  >([
    ["where it was kept", [["keep", HERE, 0]], 0, HERE],
    ["where it was kept, nearly ten minutes later", [["keep", HERE, 0]], 10 * MINUTE - 1, HERE],
    ["nowhere after ten minutes", [["keep", HERE, 0]], 10 * MINUTE, undefined],
    [
      "where it was kept again, ten minutes after that",
      [
        ["keep", HERE, 0],
        ["keep", HERE, 9 * MINUTE],
      ],
      19 * MINUTE - 1,
      HERE,
    ],
    [
      "where it was kept last",
      [
        ["keep", HERE, 0],
        ["keep", THERE, 1],
      ],
      2,
      THERE,
    ],
    [
      "nowhere when it was forgotten",
      [
        ["keep", HERE, 0],
        ["forget", HERE, 1],
      ],
      2,
      undefined,
    ],
  ])("is %s", (name, steps, atMs, found) => {
    const key = `sessions ${name}`;
    for (const [what, where, when] of steps) {
      if (what === "keep") keepSession(key, where, when);
      else forgetSession(key);
    }
    const session = findSession(key, atMs);
    if (found === undefined) expect(session).toBeUndefined();
    else expect(session).toMatchObject(found);
  });

  it("is not told by looking it up: that renews nothing", () => {
    keepSession("sessions looked up", HERE, 0);
    expect(findSession("sessions looked up", 9 * MINUTE)).toMatchObject(HERE);
    expect(findSession("sessions looked up", 11 * MINUTE)).toBeUndefined();
  });

  it("is known for the twenty thousand that were kept last", () => {
    const key = (index: number) => `sessions many ${index}`;
    for (let index = 0; index < 20_000; index++) keepSession(key(index), HERE, 0);
    expect(findSession(key(0), 1)).toMatchObject(HERE);
    // The first one is used again: it is the second that rested longest.
    keepSession(key(0), HERE, 0);
    keepSession(key(20_000), HERE, 0);
    expect(findSession(key(1), 1)).toBeUndefined();
    for (const index of [0, 2, 19_999, 20_000]) expect(findSession(key(index), 1)).toMatchObject(HERE);
    keepSession(key(20_001), HERE, 0);
    expect(findSession(key(2), 1)).toBeUndefined();
  });
});
