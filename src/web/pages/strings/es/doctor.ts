// Texts of the doctor's page, in Spanish.

import type { Translation } from "../en.ts";

export const esDoctor: Translation = {
  "doctor.title": "Diagnóstico",
  "doctor.run": "Examinar de nuevo",
  "doctor.running": "Examinando …",
  "doctor.running.text": "Se lee toda la base de datos y se espera a los servicios: puede tardar un minuto.",
  "doctor.copy": "Copiar para soporte",
  "doctor.copied": "Copiado. No incluye números ni textos de SMS.",
  "doctor.not_copied": "Este navegador no lo permite. «numberbox doctor» imprime lo mismo.",
  "doctor.at": "a fecha de {time}",
  "doctor.verdict.ok": "No hay nada mal",
  "doctor.verdict.warn": "Funciona, con advertencias",
  "doctor.verdict.fail": "Algo va mal",
  "doctor.faults.one": "{n} hallazgo requiere su atención",
  "doctor.faults.other": "{n} hallazgos requieren su atención",
  "doctor.fine.one": "{n} comprobación en orden",
  "doctor.fine.other": "{n} comprobaciones en orden",
  "doctor.level.warn": "Advertencia",
  "doctor.level.fail": "Fallo",
  "doctor.level.ok": "En orden",
  "doctor.area.box": "Equipo",
  "doctor.area.modems": "Módems",
  "doctor.area.machine": "Máquina",
  "doctor.area.services": "Relay y servicios",
  "doctor.area.chain": "Emercoin",
};
