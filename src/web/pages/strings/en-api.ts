// Texts of the reference of REST.

export const enApi = {
  "api.title": "API",
  "api.intro":
    "Everything this console does goes through REST. A program sends a token of yours; the scope beside each operation is what the token must have.",
  "api.document": "OpenAPI document",
  "api.search": "Search",
  "api.search.help": "Words of the path, the summary, or an error code",
  "api.found.one": "{n} operation",
  "api.found.other": "{n} operations",
  "api.none": "No operation has these words.",
  "api.open": "everyone",
  "api.parameters": "Parameters",
  "api.optional": "optional",
  "api.body": "Body",
  "api.answer": "Answer {status}",
  "api.answer.none": "Without content.",
  "api.refusals": "Refusals",
  "api.curl": "From a shell",
  "api.copy": "Copy",
  "api.copied": "Copied.",
  "api.not_copied": "This browser does not allow it.",
  "api.try": "Try it",
  "api.tried": "What the box answers now",
} as const;
