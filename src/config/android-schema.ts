// A slot that is a SIM in an Android phone with its gateway app.

import { z } from "zod";

export const androidSlot = z.strictObject({
  phone: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -")
    .describe("Name of the phone, as it was registered in the console."),
  sim: z.int().min(1).max(2).default(1).describe("Which SIM of the phone."),
});
export type AndroidSlot = z.infer<typeof androidSlot>;
