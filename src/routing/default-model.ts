import type { Endpoint, Model } from "../catalogue/catalogue.ts";
import { sensed, takesInputs } from "./filter.ts";
import type { RouteRequest } from "./request.ts";
import type { RoutedCatalogue } from "./team-keys.ts";

/** What choosing a model for a request that names none needs to know. */
export interface DefaultInput {
  request: RouteRequest;
  catalogue: RoutedCatalogue;
  isConfigured: (endpoint: Endpoint) => boolean;
  allowsModel?: ((id: string) => boolean) | undefined;
  /** The one of the caller's project, which goes before the installation's. */
  projectDefault?: string | undefined;
}

/**
 * The name of the model of a request that names none: the project's default, then the installation's, if it takes what
 * the messages bring; else the first model of the operator's document that does, and that can be called here.
 * `modelsOf` tells what a name leads to.
 */
export function defaultName(input: DefaultInput, modelsOf: (name: string) => Model[]): string | undefined {
  const { request, catalogue, isConfigured, allowsModel, projectDefault } = input;
  const inputs = sensed(request.inputs);
  const defaults = [projectDefault, catalogue.defaultModel].filter((name) => name !== undefined);
  const fitting = defaults.find((name) => modelsOf(name).some((model) => takesInputs(model, inputs)));
  if (fitting !== undefined) return fitting;
  return catalogue.documentModelIds.find((id) => {
    if (allowsModel?.(id) === false) return false;
    const model = catalogue.model(id);
    return model && answersWithText(model) && takesInputs(model, inputs) && model.endpoints.some(isConfigured);
  });
}

function answersWithText({ row }: Model): boolean {
  return row.output_modalities?.includes("text") ?? true;
}
