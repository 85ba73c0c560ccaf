// Public face of `phone`: Android phones with the open-source app "SMS Gateway for Android" as slots.

export type { PhoneBinding } from "./message-router.ts";
export { Phones, type PhonesDeps } from "./phones.ts";
