// Public face of the alerts.

export { AlertHub } from "./alert-hub.ts";
export type { Verdict } from "./alert-machine.ts";
export * from "./alert-model.ts";
export * from "./alert-routes.ts";
export { ALERT_LANGUAGES, type AlertLanguage, type AlertWords, alertTexts, fill, wordsOf } from "./alert-text.ts";
export * from "./alert-views.ts";
export { Alerts, type AlertsDeps, LONGEST_SNOOZE_DAYS } from "./alerts.ts";
export * from "./box-source.ts";
export * from "./calls-source.ts";
export * from "./chain-source.ts";
export * from "./delivery-source.ts";
export * from "./machine-source.ts";
export type * from "./ports-alerts.ts";
export * from "./quiet-hours.ts";
export * from "./usb-power-source.ts";
