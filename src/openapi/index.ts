// Public face of `openapi`: what OpenAPI 3.1 documents are made of.

export { type Json, upperFirst } from "./json.ts";
export { operationId, parametersOf, tagsOf } from "./operation-parts.ts";
export { Refusals, type RefusalsOptions } from "./refusals.ts";
export { DIALECT, RETRY_AFTER_HEADER, SchemaNames } from "./schema-names.ts";
