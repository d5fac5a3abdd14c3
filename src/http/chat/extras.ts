import { type WantedChecks, wantedChecks } from "../../checks/required.ts";
import { unscannedParts } from "../../checks/texts.ts";
import type { AnswerExtras } from "../../dispatch/extras.ts";
import { invalidField } from "../../errors.ts";
import type { RoutedCatalogue } from "../../routing/team-keys.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import type { ChecksSettings } from "../../schema/checks.ts";
import type { ApiKey } from "../../schema/key.ts";
import type { SideCalls } from "../../schema/side-calls.ts";
import type { Team } from "../../schema/team.ts";
import type { AppContext } from "../env.ts";
import { type SidePayer, sideCallsFor } from "../siblings/side-calls.ts";
import { type FurtherCalls, mostNanoUsd } from "./admission.ts";
import type { PlannedRequest } from "./planning.ts";

/** A request that asks for more than an answer, and whose it is. */
export interface ExtrasInput {
  /** Of the generation. */
  id: string;
  chat: ChatRequest;
  key: ApiKey;
  team: Team;
  catalogue: RoutedCatalogue;
}

/** What becomes of a request that asks for more than an answer. Each step changes it in place. */
export interface Extras {
  /** As it goes on: with personal data replaced, with what was retrieved. */
  chat: ChatRequest;
  /** Further headers of the answer. */
  headers: Record<string, string>;
  /** What is done to the answer. */
  answer: AnswerExtras;
  /** Who judges the answer; absent: nobody does. */
  judges?: {
    calls(planned: PlannedRequest): Promise<FurtherCalls[]>;
    /** Their calls have been admitted. */
    admitted(calls: FurtherCalls[]): void;
  };
}

const DEFAULT_WINDOW_CHARS = 200;

/**
 * Does what is asked for beside the answer, before anything is planned or sent: checks of the prompt, then retrieval;
 * and prepares the checks of the answer. Throws the `RouterError` that ends the request.
 */
export async function prepareExtras(c: AppContext, input: ExtrasInput): Promise<Extras> {
  const { id, chat, key, team, catalogue } = input;
  const settings = catalogue.checks;
  const wanted = wantedChecks(chat, key.checks, team.checks);
  const isJudged = wanted.toxicity || wanted.factuality;
  if (isJudged) await requireAnswerable(input, wanted);
  const stop = new AbortController();
  c.req.raw.signal.addEventListener("abort", () => stop.abort());
  const payer: SidePayer = { key, team, parentId: id, signal: stop.signal };
  const sides = sideCallsFor(c, payer);
  const extras: Extras = { chat, headers: {}, answer: {} };
  if (wanted.pii || wanted.injection) await checkPrompt(extras, { wanted, input, sides });
  if (chat.rag_params) {
    const isExcluded = wanted.injection ? await injectionTest(settings, sides) : undefined;
    await (await import("./references.ts")).addReferences(c, extras, { team, catalogue, sides, isExcluded });
  }
  if (isJudged) {
    const windowChars = windowOf(extras.chat, wanted, settings);
    extras.answer.guard = await guardFor(extras.chat, { wanted, input, sides }, windowChars, () => stop.abort());
    extras.judges = {
      async calls(planned) {
        const { callsOfJudges } = await import("./judge-calls.ts");
        return callsOfJudges(c, payer, planned, { chat: extras.chat, wanted, settings, windowChars });
      },
      admitted(calls) {
        payer.admittedNanoUsd = calls.reduce(
          (sum, { planned, atMost }) => sum + mostNanoUsd(payer, planned) * atMost,
          0,
        );
      },
    };
  }
  if (wanted.pii || wanted.injection || isJudged) extras.answer.sideCosts = sides.costs;
  return extras;
}

interface Step {
  wanted: WantedChecks;
  input: ExtrasInput;
  sides: SideCalls;
}

/** Throws where the answer cannot be checked as it is asked for; nothing has been sent anywhere by then. */
async function requireAnswerable({ chat, catalogue }: ExtrasInput, wanted: WantedChecks): Promise<void> {
  const { requireJudges } = await import("../../checks/verdict.ts");
  requireJudges(wanted, catalogue.checks);
  if (chat.stream === true && catalogue.checks.stream_output === "refuse")
    throw invalidField("output", "answers are not checked on streams here: set stream to false");
}

/** Personal data first, then injections, which are looked for in what the client has sent. */
async function checkPrompt(extras: Extras, { wanted, input, sides }: Step): Promise<void> {
  const { chat, catalogue } = input;
  const settings = catalogue.checks;
  const unscanned = unscannedParts(chat);
  if (unscanned.length > 0) extras.headers["x-pointsman-unscanned"] = unscanned.join(", ");
  if (wanted.pii) {
    const { withoutPersonalData } = await import("../../checks/personal-data.ts");
    extras.chat = await withoutPersonalData(chat, wanted, settings, sides);
  }
  if (!wanted.injection) return;
  const { refuseInjections, refuseJudgedInjections } = await import("../../checks/prompt-injection.ts");
  refuseInjections(chat, settings);
  await refuseJudgedInjections(extras.chat, settings, sides);
}

/** What of the retrieved texts a model must not see. */
async function injectionTest(settings: ChecksSettings, sides: SideCalls): Promise<(text: string) => Promise<boolean>> {
  const { isInjection } = await import("../../checks/prompt-injection.ts");
  return (text) => isInjection(text, settings, sides);
}

/** A stream is judged a window at a time, unless the whole of it matters; any other answer as a whole. */
function windowOf(chat: ChatRequest, wanted: WantedChecks, settings: ChecksSettings): number | undefined {
  const isWindowed = chat.stream === true && !wanted.factuality;
  return isWindowed ? (settings.window_chars ?? DEFAULT_WINDOW_CHARS) : undefined;
}

async function guardFor(
  chat: ChatRequest,
  { wanted, input, sides }: Step,
  windowChars: number | undefined,
  onEnd: () => void,
) {
  const { checks } = input.catalogue;
  const [{ judgeOf }, { HoldBack }] = await Promise.all([
    import("../../checks/verdict.ts"),
    import("../../checks/hold-back.ts"),
  ]);
  return new HoldBack(judgeOf(chat, wanted, checks, sides), { windowChars, onEnd });
}
