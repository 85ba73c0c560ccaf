// Texts of the reference of REST, in Spanish.

import type { Translation } from "../en.ts";

export const esApi: Translation = {
  "api.title": "API",
  "api.intro":
    "Todo lo que hace esta consola pasa por REST. Un programa envía uno de sus tokens; el permiso junto a cada operación es el que debe tener el token.",
  "api.document": "Documento OpenAPI",
  "api.search": "Buscar",
  "api.search.help": "Palabras de la ruta, del resumen o un código de error",
  "api.found.one": "{n} operación",
  "api.found.other": "{n} operaciones",
  "api.none": "Ninguna operación contiene esas palabras.",
  "api.open": "cualquiera",
  "api.parameters": "Parámetros",
  "api.optional": "opcional",
  "api.body": "Cuerpo",
  "api.answer": "Respuesta {status}",
  "api.answer.none": "Sin contenido.",
  "api.refusals": "Rechazos",
  "api.curl": "Desde una terminal",
  "api.copy": "Copiar",
  "api.copied": "Copiado.",
  "api.not_copied": "Este navegador no lo permite.",
  "api.try": "Probar",
  "api.tried": "Lo que responde ahora el equipo",
};
