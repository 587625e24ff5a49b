import { policyTemplates } from '@keybrake/application';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Allow } from '../auth/access.js';
import { Documented } from '../http/documented.js';
import { ADMIN_PORTS, type AdminPorts } from '../ports.js';
import { operationChoices } from '../provider-operations.js';
import { policyTemplatesAnswer, providersAnswer } from '../schemas/catalogue.js';
import { policyDraftView } from '../schemas/views.js';

/** What policies can be made of. The same for all accounts. */
@ApiTags('catalogue')
@ApiBearerAuth()
@Allow('viewer')
@Controller('v1')
export class CatalogueController {
  readonly #providers: AdminPorts['governance']['providers'];

  constructor(@Inject(ADMIN_PORTS) ports: AdminPorts) {
    this.#providers = ports.governance.providers;
  }

  @Get('providers')
  @Documented({ summary: 'Providers and the operations that a policy can allow.', answer: providersAnswer })
  providers() {
    const data = this.#providers.all.map(({ id, operations }) => ({ id, operations: operationChoices(operations) }));
    return { data, nextCursor: null };
  }

  @Get('policy-templates')
  @Documented({ summary: 'Policies to begin with.', answer: policyTemplatesAnswer })
  templates() {
    const data = policyTemplates(this.#providers.all).map(({ draft, ...template }) => ({
      ...template,
      policy: policyDraftView(draft),
    }));
    return { data, nextCursor: null };
  }
}
