// SPDX-License-Identifier: Apache-2.0
// What tests of entry to school share: numbers of children who are in no roster, and a guardian who is verified in the demonstration city.

/** The guardian's number that the city has verified as the account's own. */
export const kGuardian = '991100199001010013'
/** Where the school of the account "principal" takes its children from, and its district. */
export const kStreet = { code: '370211001', name: '黄岛街道', district: '370211', district_name: '西海岸新区' }

/** A number of 17 digits with its check sign (GB 11643). */
export function citizen(digits) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((all, weight, i) => all + weight * Number(digits[i]), 0)
  return digits + '10X98765432'[sum % 11]
}

const paper = '%PDF-1.4\n% proof\n'
/** Hands a paper in with a case. */
export const handIn = (caller, one, file) =>
  caller.call('POST', `/api/v1/cases/${one.id}/files?file=${file}&name=${file}.pdf`, { raw: paper, headers: { 'content-type': 'application/octet-stream' } })
