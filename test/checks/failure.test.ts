import { expect, it } from "vitest";
import { checkFailure } from "../../src/checks/failure.ts";

it("a check that could not be run is a 502 that says so, and keeps its cause", () => {
  const cause = new Error("silence");
  const error = checkFailure("The judge did not answer.", cause);
  expect(error).toMatchObject({ type: "guardrail_failure", status: 502, message: "The judge did not answer.", cause });
});
