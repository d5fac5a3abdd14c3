import { retrieve } from "../../retrieval/retrieve.ts";
import type { Search } from "../../retrieval/search.ts";
import type { SideCalls } from "../../schema/side-calls.ts";
import type { AppContext } from "../env.ts";
import { tablesOf } from "../tables/tables.ts";
import type { Extras, ExtrasInput } from "./extras.ts";

/** Whom retrieval may ask, and what of its finds a model must not see. */
export interface ReferencesSetting extends Pick<ExtrasInput, "team" | "catalogue"> {
  sides: SideCalls;
  isExcluded?: Search["isExcluded"];
}

/** Puts what a request's `rag_params` find beside its question, and the references into its answer. */
export async function addReferences(c: AppContext, extras: Extras, setting: ReferencesSetting): Promise<void> {
  const { team, catalogue, sides, isExcluded } = setting;
  const place = tablesOf(c, team.id);
  const found = await retrieve(extras.chat, { place, sides, settings: catalogue.retrieval, isExcluded });
  if (!found) return;
  extras.chat = found.chat;
  extras.answer.fields = { ...extras.answer.fields, references: found.references };
  extras.answer.sideCosts ??= sides.costs;
}
