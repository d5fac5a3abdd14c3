import type { Part } from "../../schema/chunk.ts";
import { AwsEventFraming } from "../../stream/aws-events.ts";
import { asObject } from "../json.ts";
import type { Protocol } from "../protocol.ts";
import { ConverseDecoder } from "./decoder.ts";
import { readFailure } from "./failure.ts";
import { toConverseRequest } from "./request.ts";

/** Amazon Bedrock's Converse API: one format for all its models, streamed in AWS's binary frames. */
export const bedrockConverse: Protocol = {
  auth: "aws-sigv4",
  request: toConverseRequest,
  response(json, context) {
    const answer = asObject(json);
    if (typeof answer.output !== "object") {
      const message = "The provider's answer is not a Converse answer.";
      return [{ type: "failure", failure: { kind: "malformed", message } }];
    }
    const parts: Part[] = [];
    new ConverseDecoder(context).takeWhole(answer, parts);
    return parts;
  },
  streamType: "application/vnd.amazon.eventstream",
  framing: () => new AwsEventFraming(),
  decoder: (context) => new ConverseDecoder(context),
  failure: readFailure,
};
