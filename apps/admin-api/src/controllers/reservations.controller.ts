import { resolveReservation, type TokenIdentity } from '@keybrake/application';
import { type Currency, moneyFromMinor, type ReservationId } from '@keybrake/domain';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentActor } from '../auth/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { reservationAnswer, reservationsAnswer, resolvedAnswer } from '../schemas/report-answers.js';
import { type ReservationQuery, type ResolveBody, reservationQuery, resolveBody } from '../schemas/requests.js';
import { reservationView } from '../schemas/views.js';

@ApiTags('reservations')
@ApiBearerAuth()
@Controller('v1/reservations')
export class ReservationsController {
  readonly #ports: AdminPorts;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  @Get()
  @Allow('viewer')
  @Documented({
    summary: 'Reservations, newest first; with state=in_doubt those whose outcome nobody knows.',
    query: reservationQuery,
    answer: reservationsAnswer,
  })
  async list(@CurrentActor() actor: TokenIdentity, @Query({ schema: reservationQuery }) query: ReservationQuery) {
    const { limit, cursor, state } = query;
    const page = await this.#ports.reports.reservations(actor.accountId, state, limit, decodeCursor(cursor));
    return { data: page.data.map(reservationView), nextCursor: encodeCursor(page.next) };
  }

  @Get(':id')
  @Allow('viewer')
  @Documented({ summary: 'One reservation.', answer: reservationAnswer })
  async find(@CurrentActor() actor: TokenIdentity, @Param('id') id: string) {
    return reservationView(await this.#reservation(actor, id));
  }

  @Post(':id/resolve')
  @HttpCode(200)
  @Allow('operator')
  @Documented({
    summary: 'Say what a call in doubt came to, after looking at the provider. Recorded with your name.',
    body: resolveBody,
    answer: resolvedAnswer,
  })
  async resolve(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: resolveBody }) body: ResolveBody,
  ) {
    const reservation = await this.#reservation(actor, id);
    if (reservation.reservationState !== 'in_doubt') {
      throw Problem.conflict(
        'not_in_doubt',
        `Reservation ${id} is ${reservation.reservationState}; only one in doubt can be resolved.`,
      );
    }
    const reservedMicros = BigInt(reservation.reservedMicros ?? '0');
    const stated = body.amountMinor;
    const actualMicros =
      stated === undefined || reservation.currency === null
        ? reservedMicros
        : moneyFromMinor(BigInt(stated), reservation.currency as Currency).micros;
    const { outcome, note } = body;
    await resolveReservation(this.#ports, actor, id as ReservationId, { outcome, actualMicros, note });
    return { id, outcome, note };
  }

  async #reservation(actor: TokenIdentity, id: string) {
    const found = await this.#ports.reports.reservation(actor.accountId, id as ReservationId);
    if (found === undefined) throw Problem.notFound(`There is no reservation ${id}.`);
    return found;
  }
}
