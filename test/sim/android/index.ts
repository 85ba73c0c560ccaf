// Public face of the phone simulator.

export { runSimulateAndroid, type SimulateAndroidOptions } from "./run-simulate-android.ts";
export { SimPhone, type SimPhoneOptions, type SimSms } from "./sim-phone.ts";
export { type SimPhoneHandle, type StartPhoneOptions, startSimPhone } from "./start-sim-phone.ts";
export type { AndroidFault } from "./webhook-sender.ts";
