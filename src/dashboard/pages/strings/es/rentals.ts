// In Spanish: rented numbers and their phone accounts.

import type { Translation } from "../en.ts";

export const esRentals: Translation = {
  "rentals.title": "Mis números",
  "rentals.none": "Aún no hay números",
  "rentals.none.text": "Un número que alquile aparece aquí con el tiempo que queda.",
  "rentals.left": "quedan {span}",
  "rentals.ended": "terminado el {date}",
  "rentals.soon": "Termina pronto",
  "rentals.unreadable": "(ilegible)",
  "rentals.copy": "Copiar el número",
  "rentals.number_copied": "Número copiado.",
  "rentals.messages.one": "{n} mensaje",
  "rentals.messages.other": "{n} mensajes",
  "rentals.renew": "Renovar",
  "rentals.again": "Alquilar de nuevo",
  "rentals.gaps": "No han llegado: {list}",
  "rentals.gaps.none": "Han llegado todos los mensajes hasta el último.",
  "rentals.details": "Detalles",
  "rentals.id": "Alquiler",
  "rentals.listing": "Oferta",
  "rentals.provider": "Clave del proveedor",
  "rentals.begun": "Comienzo",
  "rentals.until": "Hasta",
  "rentals.credit": "SMS pagados",
  "rentals.credit.none": "sin límite",
  "rentals.phone": "Configurar un teléfono",
  "rentals.past": "Terminados",
  "rentals.orders": "Pedidos en curso",
  "rentals.order.open": "Continuar",
  "phone.title": "Cuenta telefónica",
  "phone.text": "Con Linphone, o cualquier teléfono SIP, pueden llamarle a este número y usted puede llamar con él.",
  "phone.linphone": "Guardar para Linphone",
  "phone.linphone.text":
    "En Linphone: asistente, «fetch remote configuration», e indique este archivo. Contiene la contraseña: bórrelo después.",
  "phone.qr": "Código QR del nombre de la cuenta",
  "phone.qr.text":
    "Este código es solo el nombre de la cuenta. El escáner de Linphone quiere la dirección de un archivo, y nadie más que usted debería ofrecerlo.",
  "phone.settings": "O escríbalo a mano",
  "phone.scope.some":
    "El sonido va cifrado entre su teléfono y el equipo del proveedor. Detrás está la red telefónica, que nunca lo está.",
  "phone.scope.none": "El sonido no va cifrado: quien esté en el camino puede escuchar.",
  "phone.scope.relay":
    "Los teléfonos se registran en el relay: este sabe cuándo y cuánto tiempo llama, no lo que se dice.",
};
