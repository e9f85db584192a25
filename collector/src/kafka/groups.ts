// Consumer groups with what they have committed and how many members they have. A partition without a commit (-1) is left out:
// "never committed" is not "committed 0". Share groups and Connect's own groups keep no such offsets and are not asked.
import type { GroupCommits } from '../snapshot.ts'
import { forEachBounded } from './bounds.ts'
import { bounds, TooMany, type Poll } from './poll.ts'

// '' is a group that only ever committed, as self-assigned readers do.
const withOffsets = new Set(['consumer', ''])

export async function readGroups(groupsMax: number, poll: Poll): Promise<GroupCommits[]> {
  const { groups: listed } = await poll.ask('listGroups', poll.admin.listGroups())
  const names = listed.filter(({ protocolType }) => withOffsets.has(protocolType)).map(({ groupId }) => groupId)
  names.sort()
  if (names.length > groupsMax)
    poll.fail('groups beyond KAFKA_GROUPS_MAX', `${names.length - groupsMax}`, new TooMany())
  const asked = names.slice(0, groupsMax)
  const members = await readMembers(asked, poll)
  const groups: GroupCommits[] = []
  await forEachBounded(
    asked,
    bounds.callsAtOnce,
    async (group) => {
      const offsets = await poll.ask(`commits of ${group}`, poll.admin.fetchOffsets({ groupId: group }))
      const commits = offsets.flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ offset }) => !offset.startsWith('-'))
          .map(({ partition, offset }) => ({ topic, partition, offset })),
      )
      const count = members.get(group)
      groups.push({ group, readMs: Date.now(), commits, ...(count !== undefined && { members: count }) })
    },
    (group, error) => poll.fail('commits of group', group, error),
  )
  return groups.sort((a, b) => (a.group < b.group ? -1 : 1))
}

// "Dead" for a group that was just listed means that it speaks the new protocol, which this request cannot see into: then the
// number of its members is not known, rather than zero.
async function readMembers(groups: string[], poll: Poll): Promise<Map<string, number>> {
  const members = new Map<string, number>()
  const batches: string[][] = []
  for (let from = 0; from < groups.length; from += bounds.describeBatch)
    batches.push(groups.slice(from, from + bounds.describeBatch))
  const describe = async (batch: string[]) => {
    const { groups: described } = await poll.ask('describeGroups', poll.admin.describeGroups(batch))
    for (const group of described) if (group.state !== 'Dead') members.set(group.groupId, group.members.length)
  }
  const failed: string[] = []
  await forEachBounded(batches, bounds.callsAtOnce, describe, (batch) => failed.push(...batch))
  // One group that may not be described fails its whole batch, so those are asked one by one.
  const one = (group: string) => describe([group])
  await forEachBounded(failed, bounds.callsAtOnce, one, (group, error) => poll.fail('members of group', group, error))
  return members
}
