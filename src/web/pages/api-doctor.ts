// REST of the doctor, as its page uses it.

import { minutes } from "../../base/index.ts";
import { type DoctorView, doctorView } from "../../protocol/index.ts";
import { call } from "./call.ts";

/** The full check of a large database takes minutes, and silent services are waited for. */
const PATIENCE = minutes(12);

export function examineBox(): Promise<DoctorView> {
  return call(doctorView, "GET", "/api/v1/doctor", { timeout: PATIENCE });
}
