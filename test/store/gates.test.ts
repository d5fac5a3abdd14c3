import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemberCooldowns } from "../../src/health/member-cooldowns.ts";
import type { Gate } from "../../src/schema/traffic.ts";
import { Gatekeeper, isolateMembers, localTraffic } from "../../src/store/gates.ts";

const gateAt = (target: string, fields: Partial<Gate> = {}): Gate => ({
  keeper: "router:r",
  target,
  rpm: undefined,
  tpm: 100,
  isLocal: false,
  ...fields,
});

/** A keeper of gates that notes what it is told, and lets everybody in. */
function watchedKeeper() {
  const told: string[] = [];
  const say = (text: string) => {
    told.push(text);
    return Promise.resolve();
  };
  const gate = {
    enter: async (request: string, [first]: { target: string }[]) => {
      await say(`enter ${request} ${first?.target}`);
      return { entered: first?.target ?? null, states: {}, atMs: 5 };
    },
    settle: (request: string, used: object) => say(`settle ${request} ${JSON.stringify(used)}`),
    leave: (request: string, target: string, departure: object) =>
      say(`leave ${request} ${target} ${JSON.stringify(departure)}`),
    keep: (request: string) => say(`keep ${request}`),
    cool: (target: string, forMs: number) => say(`cool ${target} ${forMs}`),
  };
  const namespace = { getByName: () => gate } as unknown as ConstructorParameters<typeof Gatekeeper>[0];
  const keeper = new Gatekeeper(namespace, "gen-1", { requests: 2, tokens: 50 }, () => {});
  return { keeper, told };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  isolateMembers.clear();
});

describe("a request at the gates", () => {
  it("says that it is still there for as long as it holds something", async () => {
    const { keeper, told } = watchedKeeper();
    await keeper.enter([gateAt("a")]);
    vi.advanceTimersByTime(59_000);
    expect(told).toEqual(["enter gen-1 a", "keep gen-1", "keep gen-1"]);
    keeper.stop();
    vi.advanceTimersByTime(600_000);
    expect(told).toHaveLength(3);
  });

  it("has nothing to say, and nothing to settle, where no tokens are counted", async () => {
    const { keeper, told } = watchedKeeper();
    const gate = gateAt("a", { tpm: undefined, rpm: 5 });
    await keeper.enter([gate]);
    vi.advanceTimersByTime(600_000);
    keeper.settle(gate, 7);
    expect(told).toEqual(["enter gen-1 a"]);
  });

  it("tells what it has used, what it has not, and who has failed", () => {
    const { keeper, told } = watchedKeeper();
    keeper.settle(gateAt("a"), 7);
    keeper.leave(gateAt("b"), 9);
    keeper.cool(gateAt("c"), 5_000);
    keeper.cool(gateAt("d"), 0);
    expect(told).toEqual(['settle gen-1 {"a":7}', 'leave gen-1 b {"requests":2,"enteredAtMs":9}', "cool c 5000"]);
  });

  it("keeps to itself who has failed where nothing is counted", () => {
    const { keeper, told } = watchedKeeper();
    const [gate, other] = [gateAt("a", { isLocal: true }), gateAt("b", { isLocal: true })];
    const nowMs = Date.now();
    keeper.cool(gate, 5_000);
    expect(told).toEqual([]);
    expect(localTraffic(nowMs + 4_999).of(gate)?.shut).toEqual({ why: "cooling_down", untilMs: nowMs + 5_000 });
    expect(localTraffic(nowMs + 5_000).of(gate)).toBeUndefined();
    expect(localTraffic(nowMs).of(other)).toBeUndefined();
    expect(localTraffic(nowMs).of({ ...gate, isLocal: false })).toBeUndefined();
  });
});

describe("members that cool down", () => {
  it("do so for the longer of two times", () => {
    const members = new MemberCooldowns();
    members.cool("a", 50);
    members.cool("a", 30);
    expect([members.coolUntil("a", 49), members.coolUntil("a", 50), members.coolUntil("b", 0)]).toEqual([
      50,
      undefined,
      undefined,
    ]);
  });

  it("are so many, and no more", () => {
    const members = new MemberCooldowns();
    for (let index = 0; index <= 512; index++) members.cool(`m${index}`, 100);
    expect([members.coolUntil("m0", 0), members.coolUntil("m1", 0), members.coolUntil("m512", 0)]).toEqual([
      undefined,
      100,
      100,
    ]);
  });
});
