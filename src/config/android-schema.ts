// A slot that is a SIM in an Android phone with its gateway app.

import { z } from "zod";

export const androidSlot = z.strictObject({
  phone: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -")
    .describe("Name of the phone, as it was registered in the console."),
  sim: z.int().min(1).max(2).default(1).describe("Which SIM of the phone."),
});
/** A check of the slots: reports, by its path, a SIM that an earlier slot has. */
export function eachSimOnce(
  slots: readonly { readonly android?: AndroidSlot | undefined }[],
  context: z.RefinementCtx,
): void {
  const seen = new Set<string>();
  slots.forEach(({ android }, at) => {
    if (android === undefined) return;
    const sim = `${android.phone}/${android.sim}`;
    if (seen.has(sim))
      context.addIssue({ code: "custom", path: [at, "android"], message: "an earlier slot has this SIM" });
    seen.add(sim);
  });
}

export type AndroidSlot = z.infer<typeof androidSlot>;
