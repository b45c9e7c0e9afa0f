/** Roles that see figures, so that a dashboard can be meant for them. */
export const figureRoles = ['city_officer', 'city_leader', 'district_officer', 'principal', 'school_cio', 'teacher', 'homeroom_teacher'] as const
export const cityRoles: readonly string[] = ['city_officer', 'city_leader']
