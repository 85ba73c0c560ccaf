// A finding of something wrong, with what to do about it.

import { AppError, type ErrorCode } from "../../base/index.ts";
import { bad, type DoctorFinding } from "../doctor.ts";

export const problem = (verdict: "warn" | "fail", code: ErrorCode, message: string, hint: string): DoctorFinding =>
  bad(verdict, new AppError(code, message, { hint }).toJSON());
