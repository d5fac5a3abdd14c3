import { type Check, mustBe } from "./check.ts";
import type { AskOptions } from "./client.ts";

interface Refused {
  fields?: object;
  options?: AskOptions;
  status: number;
  type: string;
  /** Which field is wrong. */
  field?: string;
}

/** Requests that must be refused before anybody is called. */
function refusals(managementKey: string | undefined): Record<string, Refused> {
  return {
    "an unknown model": { fields: { model: "demo/nobody" }, status: 400, type: "invalid_request" },
    "a wrong field": { fields: { temperature: "hot" }, status: 400, type: "invalid_request", field: "temperature" },
    "no messages": { fields: { messages: [] }, status: 400, type: "invalid_request", field: "messages" },
    "a request without a key": { options: { token: null }, status: 401, type: "authentication" },
    "an unknown key": { options: { token: "sk-pm-v1-unknown" }, status: 401, type: "authentication" },
    "the management key": { options: { token: managementKey ?? "" }, status: 403, type: "permission_denied" },
  };
}

export function refusalChecks(managementKey: string | undefined): Check[] {
  return Object.entries(refusals(managementKey)).map(([name, { fields, options, status, type, field }]) => ({
    group: "refusals",
    name,
    async run(client) {
      const { error, status: actual, id } = await client.ask({ model: "demo/echo", ...fields }, options);
      mustBe("the status", actual, status);
      mustBe("the error type", error?.metadata.error_type, type);
      if (field !== undefined) mustBe("the field", error?.metadata.field, field);
      if (status !== 400) mustBe("the generation", id, null);
      return undefined;
    },
  }));
}
