import {
  createWebhook,
  getWebhook,
  listWebhooks,
  redeliver,
  removeWebhook,
  reviseWebhook,
  rotateWebhookSecret,
  type TokenIdentity,
  testWebhook,
} from '@keybrake/application';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../auth/access.js';
import { decodeCursor, encodeCursor, fromCursor, toCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import {
  type DeliveryQuery,
  deliveredAgainAnswer,
  deliveriesAnswer,
  deliveryQuery,
  deliveryView,
  toWebhookDraft,
  type WebhookBody,
  webhookAnswer,
  webhookBody,
  webhookSecretAnswer,
  webhooksAnswer,
  webhookView,
} from '../schemas/alerts.js';
import { emptyBody, type PageQuery, pageQuery } from '../schemas/requests.js';

@ApiTags('webhooks')
@ApiBearerAuth()
@Controller('v1/webhooks')
export class WebhooksController {
  readonly #ports: AdminPorts['webhooks'];

  constructor(@Inject(ADMIN_PORTS) { webhooks }: AdminPorts) {
    this.#ports = webhooks;
  }

  @Post()
  @Documented({
    summary:
      'Send alerts to an address, as Standard Webhooks or to Slack. Its secret is in this answer and nowhere else.',
    body: webhookBody,
    answer: webhookSecretAnswer,
    status: 201,
  })
  async create(@CurrentActor() actor: TokenIdentity, @Body({ schema: webhookBody }) body: WebhookBody) {
    const { stored, secret } = await createWebhook(this.#ports, actor, toWebhookDraft(body));
    return { ...webhookView(stored), secret };
  }

  @Get()
  @Documented({ summary: 'Webhooks, newest first, without their secrets.', query: pageQuery, answer: webhooksAnswer })
  async list(@CurrentActor() actor: TokenIdentity, @Query({ schema: pageQuery }) { limit, cursor }: PageQuery) {
    const page = await listWebhooks(this.#ports, actor, { limit, after: toCursor(decodeCursor(cursor)) });
    return { data: page.data.map(webhookView), nextCursor: fromCursor(page.next) };
  }

  @Get(':id')
  @Documented({ summary: 'One webhook.', answer: webhookAnswer })
  async find(@CurrentActor() actor: TokenIdentity, @Param('id') id: string) {
    return webhookView(await getWebhook(this.#ports, actor, id));
  }

  @Put(':id')
  @Documented({ summary: 'Change address, form, types, label, or pause it.', body: webhookBody, answer: webhookAnswer })
  async revise(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: webhookBody }) body: WebhookBody,
  ) {
    return webhookView(await reviseWebhook(this.#ports, actor, id, toWebhookDraft(body)));
  }

  @Delete(':id')
  @HttpCode(204)
  @Documented({ summary: 'Remove a webhook with the log of its deliveries.', answer: undefined, status: 204 })
  async remove(@CurrentActor() actor: TokenIdentity, @Param('id') id: string) {
    await removeWebhook(this.#ports, actor, id);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Documented({
    summary: 'Make a new secret beside the newest: both sign, until the next rotation takes the older away.',
    answer: webhookSecretAnswer,
  })
  async rotate(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Body({ schema: emptyBody }) _body: unknown,
  ) {
    const { stored, secret } = await rotateWebhookSecret(this.#ports, actor, id);
    return { ...webhookView(stored), secret };
  }

  @Post(':id/test')
  @HttpCode(202)
  @Documented({ summary: 'Send an example, like every alert.', answer: deliveredAgainAnswer, status: 202 })
  test(@CurrentActor() actor: TokenIdentity, @Param('id') id: string, @Body({ schema: emptyBody }) _body: unknown) {
    return testWebhook(this.#ports, actor, id);
  }

  @Get(':id/deliveries')
  @Documented({
    summary: 'What was sent and what became of it, newest alert first.',
    query: deliveryQuery,
    answer: deliveriesAnswer,
  })
  async deliveries(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Query({ schema: deliveryQuery }) { limit, cursor, state }: DeliveryQuery,
  ) {
    const webhook = await getWebhook(this.#ports, actor, id);
    const page = await this.#ports.webhooks.deliveries(webhook.id, state, limit, decodeCursor(cursor));
    return { data: page.data.map(deliveryView), nextCursor: encodeCursor(page.next) };
  }

  @Post(':id/deliveries/:delivery/redeliver')
  @HttpCode(202)
  @Documented({ summary: 'Send the same alert once more.', answer: deliveredAgainAnswer, status: 202 })
  redeliver(
    @CurrentActor() actor: TokenIdentity,
    @Param('id') id: string,
    @Param('delivery') deliveryId: string,
    @Body({ schema: emptyBody }) _body: unknown,
  ) {
    return redeliver(this.#ports, actor, id, deliveryId);
  }
}
