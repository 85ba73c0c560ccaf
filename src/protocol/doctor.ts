// What the doctor found, over REST: `/api/v1/doctor`.

import { z } from "zod";
import { problemBody } from "./box.ts";

export const doctorVerdict = z.enum(["ok", "warn", "fail"]);
export type DoctorVerdict = z.infer<typeof doctorVerdict>;

/** Parts of a box, as a person looks for faults. */
export const DOCTOR_AREAS = ["box", "modems", "machine", "services", "chain"] as const;
export const doctorArea = z.enum(DOCTOR_AREAS);
export type DoctorArea = z.infer<typeof doctorArea>;

/** `ok` findings say what was looked at; the others what to do (`hint`). */
export const doctorFinding = problemBody.extend({ area: doctorArea, check: z.string(), verdict: doctorVerdict });

/** `GET …/doctor`. The verdict is that of the worst finding. */
export const doctorView = z.object({ verdict: doctorVerdict, findings: z.array(doctorFinding) });
export type DoctorView = z.infer<typeof doctorView>;
