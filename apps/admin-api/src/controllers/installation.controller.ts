import { readFileSync } from 'node:fs';
import { CURRENCIES } from '@keybrake/domain';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow } from '../auth/access.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { installationAnswer } from '../schemas/installation.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

@ApiTags('installation')
@ApiBearerAuth()
@Controller('v1/installation')
export class InstallationController {
  readonly #ports: AdminPorts;

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#ports = ports;
  }

  @Get()
  @Allow('viewer')
  @Documented({ summary: 'Where the gateway is, and which currencies are known.', answer: installationAnswer })
  find() {
    return { gatewayUrl: this.#ports.publicGatewayUrl, version, currencies: Object.fromEntries(CURRENCIES) };
  }
}
