import { loadPlatformatic } from '../../clients/platformatic.ts'
import { type Adapter, newGroup } from './adapter.ts'

/** Modes: `data events` of its stream, and `for await` over it. */
export const platformatic: Adapter = async (task, sink) => {
  const { Consumer, version } = await loadPlatformatic(task)
  const consumer = new Consumer({ clientId: 'bench', groupId: newGroup(), bootstrapBrokers: task.brokers })
  const stream = await consumer.consume({ topics: [task.topic], mode: 'earliest', autocommit: false })
  const iterate = async (): Promise<void> => {
    for await (const { value } of stream) sink.add(value)
  }
  if (task.mode === 'for await') void iterate()
  else stream.on('data', ({ value }: { readonly value: Buffer }) => sink.add(value))
  return { version, close: () => consumer.close(true) }
}
