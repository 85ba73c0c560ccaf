// In Spanish: backup, receipts, language, this device.

import type { Translation } from "../en.ts";

export const esAccount: Translation = {
  "account.title": "Cuenta",
  "backup.title": "Copia de seguridad",
  "backup.text":
    "Un solo archivo recupera todos los números de esta identidad, también los que alquile más adelante. Está cerrado con su frase de contraseña. Contiene sus pedidos y depósitos en garantía tal como están ahora. Los mensajes no están en él: quedan en el dispositivo que los recibió, y lo que ha recibido un dispositivo no se envía a otro.",
  "backup.save": "Guardar la copia",
  "backup.saved": "Copia guardada. Consérvela donde no esté este dispositivo.",
  "backup.qr": "Mostrar como código QR",
  "backup.qr.label": "Código QR de la copia cerrada",
  "backup.qr.text":
    "Fotografíelo o imprímalo. También está cerrado con su frase de contraseña. Los pedidos y depósitos en garantía solo están en el archivo.",
  "backup.hide": "Ocultar",
  "backup.banner": "Sus números están solo en este dispositivo: sin una copia se pierden con él.",
  "backup.banner.go": "A la copia",
  "receipts.title": "Recibos",
  "receipts.text":
    "Lo que prueba sus mensajes, en un solo archivo: las firmas del proveedor, sus propios recibos y los del relay con su camino hasta la raíz de cada día. Cualquiera puede comprobarlo sin conexión, con numberbox renter verify-export. Muestra cuándo llegaron los mensajes y a qué alquileres.",
  "receipts.texts": "Textos de los mensajes",
  "receipts.without": "Sin textos",
  "receipts.without.text": "Basta para probar qué se entregó y cuándo.",
  "receipts.with": "Con textos",
  "receipts.with.text":
    "Sin cifrar: no dé un archivo así a nadie a la ligera. Que un texto es el firmado solo lo puede mostrar su clave.",
  "receipts.busy": "Preguntando al relay …",
  "receipts.unproven": "Por ahora sin recibo del relay: {n}. Los da para los días que ya han terminado.",
  "receipts.save": "Guardar los recibos",
  "receipts.saved": "Recibos guardados.",
  "receipts.count.one": "{n} recibo firmado",
  "receipts.count.other": "{n} recibos firmados",
  "receipts.taken": "aceptados por el relay: {n}",
  "keys.title": "Claves públicas",
  "keys.text":
    "Un proveedor las necesita para darle un número sin pasar por el mercado. Son suyas para siempre: quien las recibe dos veces le reconoce.",
  "passphrase.title": "Frase de contraseña",
  "passphrase.text": "Las copias que guardó antes conservan la anterior.",
  "passphrase.old": "Frase de contraseña actual",
  "passphrase.new": "Frase de contraseña nueva",
  "passphrase.change": "Cambiarla",
  "passphrase.changed": "Frase de contraseña cambiada. Guarde una copia nueva.",
  "lock.title": "Bloqueo automático",
  "lock.text":
    "Si otras personas pueden usar este dispositivo. Mientras está bloqueado no se recibe nada y el icono no cuenta nada; los mensajes esperan en el relay.",
  "lock.after": "Bloquear tras",
  "lock.never": "nunca",
  "lock.minutes.one": "{n} minuto sin tocarlo",
  "lock.minutes.other": "{n} minutos sin tocarlo",
  "find.title": "¿Faltan números?",
  "find.text":
    "Esto pregunta al relay por todos los números de sus claves, como tras recuperar una copia. Tarda unos minutos: un relay solo admite unas pocas claves a la vez.",
  "find.run": "Buscar mis números",
  "find.busy": "Buscando …",
  "find.progress": "Buscando sus números: clave {key} de {last}, encontrados: {found}.",
  "find.waiting": "El relay solo admite unas pocas claves por minuto: se sigue en {n} s.",
  "find.stop": "Detener",
  "language.title": "Idioma",
  "language.text": "Este dispositivo recuerda cuál ha elegido.",
  "language.label": "Idioma de estas páginas",
  "device.title": "Este dispositivo",
  "device.text":
    "Quita de este dispositivo la identidad, los mensajes y los recibos. Sin una copia de seguridad, sus números se pierden.",
  "device.erase": "Olvidarlo todo",
  "device.confirm": "¿Olvidar la identidad y los mensajes de este dispositivo?",
  "device.confirm.text":
    "No se puede deshacer. Sus números solo se recuperan con una copia de seguridad; los mensajes, de ningún modo.",
};
