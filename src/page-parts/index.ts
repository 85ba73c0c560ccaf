// Public face of `page-parts`.

export * from "./browser-ports.ts";
export * from "./clipboard.ts";
export * from "./code-in-text.ts";
export * from "./dialog.tsx";
export * from "./dialog-form.tsx";
export * from "./empty.tsx";
export * from "./field.tsx";
export * from "./icon.tsx";
export * from "./language-select.tsx";
export * from "./languages.ts";
export * from "./notice.tsx";
export * from "./phrases.ts";
export * from "./plain-fault.tsx";
export * from "./problem-text.ts";
export * from "./qr.tsx";
export * from "./save-file.ts";
export * from "./secret-input.tsx";
export * from "./store.ts";
export * from "./theme.ts";
export * from "./use-plain-task.ts";
export * from "./use-store-value.ts";
