import type { ConfigurationProblem } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { IncrementalAlterConfigs } from '../protocol/messages/incremental-alter-configs.ts'
import { bool, custom, describeValue, oneOf, required, resolveOptions, section, text } from '../util/options.ts'
import { type AdminContext, failureOf, inCall, outcome } from './call.ts'
import { type AdminCallOptions, items, name } from './check.ts'
import { Codes } from './codes.ts'
import { askAboutConfigs, type ConfigResource, configResource, isOf, resourceName, resourceTypes } from './configs.ts'

/** What is done to one entry of a configuration. */
export interface AlterConfigOp {
  readonly name: string
  /**
   * Set it · delete it, so that its default is used · append to a list · subtract from a list. Default `'set'`.
   */
  readonly operation?: 'set' | 'delete' | 'append' | 'subtract' | undefined
  /** Must be left out to delete, and given otherwise. */
  readonly value?: string | undefined
}

/** A resource whose configuration is to be changed. */
export interface ConfigAlteration extends ConfigResource {
  readonly configs: readonly AlterConfigOp[]
}

/** What became of the changes to one resource: all of them are made, or none. */
export interface AlteredConfigs extends ConfigResource {
  readonly error?: KafkaError
}

export interface AlterConfigsOptions extends AdminCallOptions {
  /** Only check whether it would work. */
  readonly validateOnly?: boolean | undefined
}

const operations = new Codes({ set: 0, delete: 1, append: 2, subtract: 3 })

const op = section(
  { name, operation: oneOf('set', operations.names), value: text(undefined, { empty: true }) },
  ({ operation, value }, report) => {
    if (operation === 'delete' && value !== undefined) report('value', 'must be left out to delete')
    if (operation !== 'delete' && value === undefined) report('value', `must be given to ${operation}`)
  },
)
const alteration = {
  ...configResource,
  configs: required(custom<readonly AlterConfigOp[] | undefined>(undefined, opProblems, 'list')),
}

export function incrementalAlterConfigs(
  context: AdminContext,
  given: readonly ConfigAlteration[],
  options: AlterConfigsOptions,
): Promise<AlteredConfigs[]> {
  return inCall(context, { validateOnly: bool(false) }, options, async (call, { validateOnly }) => {
    const resources = items(given, 'resources', alteration, resourceName)
    const outcomes = await askAboutConfigs(call, resources, async (theirs, ask) => {
      const body = {
        resources: theirs.map(({ type, name, configs }) => ({
          resourceType: resourceTypes.code(type),
          resourceName: name,
          configs: configs.map(({ name, operation = 'set', value = null }) => ({
            name,
            configOperation: operations.code(operation),
            value,
          })),
        })),
        validateOnly,
      }
      const { responses } = await ask(IncrementalAlterConfigs, body)
      return theirs.map(resource => {
        const result = responses.find(each => isOf(each, resource))
        return failureOf(`altering the configuration of ${resourceName(resource)}`, result) ?? {}
      })
    })
    return resources.map(({ type, name }, i) => outcome({ type, name }, outcomes[i]!))
  })
}

function opProblems(value: unknown, path: string): string | readonly ConfigurationProblem[] {
  if (!Array.isArray(value)) return `must be a list, not ${describeValue(value)}`
  const problems: ConfigurationProblem[] = []
  for (const [i, each] of value.entries()) resolveOptions(op, each ?? null, `${path}[${i}]`, problems)
  return problems
}
