// The demonstration accounts: roles, where they stand, what they may do.
const reading = ['orgs.read', 'datasets.read', 'metrics.read', 'plan.read', 'quality.read', 'packs.read']
const all = [...reading, 'people.read', 'datasets.import', 'datasets.edit', 'datasets.export', 'plan.report', 'orgs.manage']

export function accountsOf(city) {
  const district = [...city.orgs.values()].find((org) => org.kind === 'district')
  const school = [...city.orgs.values()].find((org) => org.kind === 'school')
  const of = (account, name, role, zh, en, org, rights, see) => ({ account, name, role, title: { zh, en }, org, rights, see })
  const student = city.people.find((person) => person.school === school.id)
  const own = (row) => row.student_no === `G${student.id.slice(-9)}`
  return [
    of('city', '周市管', 'city_officer', '市级管理员', 'city officer', city.city, all, () => true),
    of('leader', '林局长', 'city_leader', '市局领导', 'city leader', city.city, reading, () => true),
    of('district', '郭区管', 'district_officer', '区市管理员', 'district officer', district, all, (row) => city.orgs.get(row.school)?.parent === district.id),
    of('principal', '高校长', 'principal', '校长', 'principal', school, all.filter((right) => right !== 'orgs.manage'), (row) => row.school === school.id),
    of('teacher', '何老师', 'teacher', '教师', 'teacher', school, ['orgs.read', 'people.read', 'datasets.read', 'metrics.read'], (row) => row.school === school.id),
    of('student', student.name, 'student', '学生', 'student', school, ['datasets.read'], own),
    of('guardian', '家长', 'guardian', '家长', 'guardian', school, ['datasets.read'], own),
    of('sysadmin', '系统管理员', 'system_admin', '系统管理员', 'system administrator', city.city, ['accounts.manage', 'accounts.read', 'orgs.read', 'packs.read', 'packs.install'], () => false),
    of('secadmin', '安全管理员', 'security_admin', '安全管理员', 'security administrator', city.city, ['security.manage', 'accounts.read', 'orgs.read'], () => false),
    of('auditor', '审计管理员', 'audit_admin', '审计管理员', 'audit administrator', city.city, ['audit.read', 'accounts.read'], () => false),
  ]
}

const ref = ({ id, title, kind }) => ({ id, title, kind })

export function meOf(account) {
  const role = { role: account.role, title: account.title, org: ref(account.org) }
  return { account: account.account, name: account.name, must_change_password: false, demo: true, roles: [role], held: [role], org: ref(account.org), rights: account.rights }
}
