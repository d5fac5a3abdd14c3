import { type ChecksSettings, PII_ENTITIES, type PiiEntity } from "../../schema/checks.ts";

/** What one text is searched for. */
export interface PiiSettings {
  /** Region of phone numbers without a country code, ISO 3166-1, e.g. `US`. */
  region: string;
  /** The kinds that are looked for. */
  entities: readonly PiiEntity[];
}

/** One find: UTF-16 units of the text as it was given, end exclusive. */
export interface PiiSpan {
  start: number;
  end: number;
  type: PiiEntity;
}

const DEFAULT_REGION = "US";
/** Ordinary prose is full of places; they are looked for only where the operator lists them. */
const OFF_BY_DEFAULT: ReadonlySet<PiiEntity> = new Set(["LOCATION"]);

/** What is looked for: what the operator narrowed it to, without the kinds in `entityList`, which are left alone. */
export function piiSettingsOf(checks: ChecksSettings, entityList: readonly string[] = []): PiiSettings {
  const wanted = checks.pii?.entities ?? PII_ENTITIES.filter((type) => !OFF_BY_DEFAULT.has(type));
  const entities = PII_ENTITIES.filter((type) => wanted.includes(type) && !entityList.includes(type));
  return { region: checks.pii?.region ?? DEFAULT_REGION, entities };
}
