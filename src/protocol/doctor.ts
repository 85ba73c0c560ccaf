// What the doctor found, over REST: `/api/v1/doctor`.

import { z } from "zod";
import { problemBody } from "./box.ts";

export const doctorVerdict = z.enum(["ok", "warn", "fail"]);
export type DoctorVerdict = z.infer<typeof doctorVerdict>;

/** `ok` findings say what was looked at; the others what to do (`hint`). */
export const doctorFinding = problemBody.extend({ check: z.string(), verdict: doctorVerdict });

/** `GET …/doctor`. The verdict is that of the worst finding. */
export const doctorView = z.object({ verdict: doctorVerdict, findings: z.array(doctorFinding) });
export type DoctorView = z.infer<typeof doctorView>;
