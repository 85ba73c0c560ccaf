// Public face of `page-parts`.

export * from "./browser-ports.ts";
export * from "./clipboard.ts";
export * from "./code-in-text.ts";
export * from "./dialog-form.tsx";
export * from "./empty.tsx";
export * from "./field.tsx";
export * from "./icon.tsx";
export * from "./phrases.ts";
export * from "./qr.tsx";
export * from "./save-file.ts";
export * from "./store.ts";
export * from "./theme.ts";
