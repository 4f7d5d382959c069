/** The contract suite against the fixture: the suite itself works, in all four cells. */
import { runDomainContract } from '@causeway/shared-contracts/run-domain-contract'
import { NOTE_CONTRACT } from './fixture/note-contract.ts'

runDomainContract(NOTE_CONTRACT)
