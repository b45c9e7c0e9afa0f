import ApartmentOutlined from '@ant-design/icons/es/icons/ApartmentOutlined'
import ApiOutlined from '@ant-design/icons/es/icons/ApiOutlined'
import AppstoreOutlined from '@ant-design/icons/es/icons/AppstoreOutlined'
import AuditOutlined from '@ant-design/icons/es/icons/AuditOutlined'
import BarChartOutlined from '@ant-design/icons/es/icons/BarChartOutlined'
import BookOutlined from '@ant-design/icons/es/icons/BookOutlined'
import BuildOutlined from '@ant-design/icons/es/icons/BuildOutlined'
import DatabaseOutlined from '@ant-design/icons/es/icons/DatabaseOutlined'
import FlagOutlined from '@ant-design/icons/es/icons/FlagOutlined'
import HeartOutlined from '@ant-design/icons/es/icons/HeartOutlined'
import HomeOutlined from '@ant-design/icons/es/icons/HomeOutlined'
import InboxOutlined from '@ant-design/icons/es/icons/InboxOutlined'
import MessageOutlined from '@ant-design/icons/es/icons/MessageOutlined'
import KeyOutlined from '@ant-design/icons/es/icons/KeyOutlined'
import FileExclamationOutlined from '@ant-design/icons/es/icons/FileExclamationOutlined'
import ReadOutlined from '@ant-design/icons/es/icons/ReadOutlined'
import SafetyCertificateOutlined from '@ant-design/icons/es/icons/SafetyCertificateOutlined'
import ShareAltOutlined from '@ant-design/icons/es/icons/ShareAltOutlined'
import SolutionOutlined from '@ant-design/icons/es/icons/SolutionOutlined'
import TagsOutlined from '@ant-design/icons/es/icons/TagsOutlined'
import TeamOutlined from '@ant-design/icons/es/icons/TeamOutlined'
import UserSwitchOutlined from '@ant-design/icons/es/icons/UserSwitchOutlined'

export const menuIcons = {
  home: HomeOutlined, portrait: HeartOutlined, ask: MessageOutlined, dashboards: BarChartOutlined, builder: BuildOutlined, plan: FlagOutlined, orgs: ApartmentOutlined, people: TeamOutlined,
  admissions: AuditOutlined, lots: SafetyCertificateOutlined, datasets: DatabaseOutlined, quality: SafetyCertificateOutlined, quarantine: FileExclamationOutlined, classification: TagsOutlined, packs: AppstoreOutlined, accounts: KeyOutlined, learning: ReadOutlined, courses: BookOutlined, services: SolutionOutlined, work: InboxOutlined, shares: ShareAltOutlined, tools: ApiOutlined, actors: UserSwitchOutlined, audit: AuditOutlined,
}

export type MenuWord = keyof typeof menuIcons
