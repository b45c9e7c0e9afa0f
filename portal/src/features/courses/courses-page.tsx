// Courses that are launched (cmi5): cards for pupils and families, a list with import for everybody else.
import '@/pack-ui/pack-ui.css'
import './courses.css'
import { CourseList } from './course-list'
import { MyCourses } from './my-courses'
import { useCourseRole } from './queries'

export default function CoursesPage() {
  return useCourseRole() === 'staff' ? <CourseList /> : <MyCourses />
}
