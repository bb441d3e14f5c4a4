# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A catalogue with something of every kind that somebody must not see."""

from odoo.fields import Command
from odoo.tools import SQL

from .common import SlmCommon

#: stands in every text that requesters must not meet
SECRET = "zecret"


class AccessWorld(SlmCommon):
    """People who ask, and what is published to them, to others, and to nobody.

    ``visible`` says for each requester what he may see, by name of the model. It is
    written down here and not computed, so it is an oracle of its own.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_requesters()
        cls._set_up_types()
        cls._set_up_open()
        cls._set_up_hidden()
        cls._set_up_agreements()
        cls._set_up_desk()
        cls._set_up_clocks()
        cls._set_up_suppliers()
        cls._set_up_papers()
        cls._set_up_reports()
        cls._set_up_threads()
        cls._set_up_visible()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _set_up_requesters(cls):
        export = "base.group_allow_export"
        cls.employee = cls.create_user("employee", f"base.group_user,{export}")
        cls.employee.partner_id.parent_id = cls.department
        cls.desk_manager = cls.create_user(
            "desk_manager", f"helpdesk_mgmt.group_helpdesk_manager,{export}"
        )
        cls.public_user = cls.env.ref("base.public_user")
        cls.requesters = (
            cls.portal_user,
            cls.employee,
            cls.helpdesk_user,
            cls.desk_manager,
            cls.public_user,
        )
        partners = cls.env["res.partner"]
        cls.sibling = partners.create(
            {"name": f"Sales {SECRET}", "parent_id": cls.organisation.id}
        )
        cls.rival = partners.create({"name": f"Rival {SECRET}", "is_company": True})
        cls.other_company = cls._create_company(name=f"Other Company {SECRET}")
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {
                "name": f"Team {SECRET}",
                "user_ids": [Command.set(cls.helpdesk_user.ids)],
            }
        )
        cls.supplier = partners.create({"name": f"Supplier {SECRET}"})

    @classmethod
    def _set_up_types(cls):
        types = cls.env["slm.service.type"]
        cls.branch = types.create({"name": "Branch", "code": f"branch-{SECRET}"})
        cls.open_type = types.create(
            {"name": "Open", "code": "open", "parent_id": cls.branch.id}
        )
        cls.hidden_type = types.create({"name": f"Hidden {SECRET}"})
        cls.archived_type = types.create({"name": f"Old {SECRET}", "active": False})

    @classmethod
    def create_process(cls, name, *consumers, state="published", **vals):
        """A process with a service of its own, unless ``service_ids`` are given.

        :param consumers: contacts that it is published to; False for everybody
        """
        company = vals.setdefault("company_id", cls.company.id)
        if "service_ids" not in vals:
            service = cls.create_service(name, company_id=company)
            vals["service_ids"] = [Command.set(service.ids)]
        lines = [{"partner_id": consumer and consumer.id} for consumer in consumers]
        vals.setdefault("publication_ids", [Command.create(line) for line in lines])
        process = cls.env["slm.process"].create({"name": name} | vals)
        if state != "draft":
            process.action_publish()
        if state == "retired":
            process.action_retire()
        return process

    @classmethod
    def create_service(cls, name, **vals):
        hidden = SECRET in name
        vals = {
            "name": name,
            "type_id": cls.hidden_type.id if hidden else cls.open_type.id,
            "description": f"About {name}",
        } | vals
        return cls.env["slm.service"].create(vals)

    @classmethod
    def _set_up_open(cls):
        cls.mixed_service = cls.create_service("Mixed")
        cls.inactive_service = cls.create_service(f"Old {SECRET}", active=False)
        both = cls.mixed_service | cls.inactive_service
        cls.for_organisation = cls.create_process(
            "For the organisation",
            cls.organisation,
            service_ids=[Command.set(both.ids)],
        )
        cls.for_department = cls.create_process("For the department", cls.department)
        cls.for_person = cls.create_process("For Petra", cls.person)
        cls.for_everybody = cls.create_process("For everybody", False)

    @classmethod
    def _set_up_hidden(cls):
        mine, names = cls.organisation, f"of {SECRET}"
        provider = [{"role": "provider", "team_id": cls.team.id}]
        archived = cls.create_process(f"Archived {names}", mine)
        archived.active = False
        cls.rivals = cls.create_process(
            f"Mixed {names}",
            cls.rival,
            service_ids=[Command.set(cls.mixed_service.ids)],
        )
        cls.hidden_processes = (
            archived
            | cls.rivals
            | cls.create_process(f"Rival {names}", cls.rival)
            | cls.create_process(f"Sibling {names}", cls.sibling)
            | cls.create_process(f"Nobody {names}")
            | cls.create_process(f"Draft {names}", mine, state="draft")
            | cls.create_process(f"Retired {names}", mine, state="retired")
            | cls.create_process(
                f"Provider {names}",
                publication_ids=[Command.create(line) for line in provider],
            )
            | cls.create_process(
                f"Foreign {names}", False, company_id=cls.other_company.id
            )
        )
        every = cls.hidden_processes.with_context(active_test=False)
        cls.hidden_services = every.service_ids - cls.mixed_service
        cls.hidden_services |= cls.inactive_service

    @classmethod
    def _set_up_agreements(cls):
        """Two that cover the customer; one of them has a line for a hidden service."""
        shipped = cls.env["slm.escalation.policy"].search([], limit=1)
        cls.policy = shipped.copy({"name": f"Ladder {SECRET}"})
        cls.agreement.write(
            {
                "deliverables": "A report each month",
                "partner_id": cls.sibling.id,
                "manager_id": cls.manager.id,
                "escalation_policy_id": cls.policy.id,
            }
        )
        lines = (
            {"service_id": cls.mixed_service.id, "response": 11},
            {"service_id": cls.hidden_services[0].id, "response": 6666},
        )
        cls.agreement_for_everybody = cls.create_agreement(
            "SLA for everybody", [False], lines, sequence=90
        )
        cls.hidden_target = cls.agreement_for_everybody.target_ids[1]
        cls.ola = cls.create_agreement(
            f"OLA of {SECRET}",
            targets=({"completion": 50, "closure": 5000},),
            kind="ola",
            team_id=cls.team.id,
            escalation_policy_id=cls.policy.id,
        )
        cls.uc = cls.create_agreement(
            f"UC of {SECRET}",
            targets=({"completion": 20, "closure": 480},),
            kind="uc",
            partner_id=cls.supplier.id,
        )
        cls.hidden_agreements = cls.ola | cls.uc | cls._create_hidden_agreements()

    @classmethod
    def _create_hidden_agreements(cls):
        """SLAs of others, of nobody, and what is not in force."""

        def create(name, consumers=None, **vals):
            return cls.create_agreement(f"{name} of {SECRET}", consumers, **vals)

        calendar = {
            "calendar_id": cls.create_calendar(
                f"Hours {SECRET}", (8, 12), company_id=cls.other_company.id
            ).id
        }
        archived, terminated = create("Archived", [False]), create("Ended", [False])
        archived.active = False
        terminated.action_terminate()
        cls.rival_agreement = create("Rival", [cls.rival])
        past = create("Past", [False])
        # its last day is over, and the job that changes the state has not run yet
        cls.env.flush_all()
        cls.env.execute_query(
            SQL(
                "UPDATE slm_agreement SET date_end = %s WHERE id = %s RETURNING id",
                "2024-01-07",
                past.id,
            )
        )
        past.invalidate_recordset()
        return (
            cls.rival_agreement
            | archived
            | terminated
            | create("Sibling", [cls.sibling])
            | create("Nobody", [])
            | create("Draft", [False], activate=False)
            | create("Review", [False], activate=False, state="review")
            | create("Future", [False], date_start="2025-01-01")
            | past
            | create("Foreign", [False], company_id=cls.other_company.id, **calendar)
        )

    @classmethod
    def _set_up_desk(cls):
        """What hangs on a visible service, and is for the desk."""
        items = cls.env["slm.configuration.item"]
        kind = cls.env["slm.configuration.item.type"].create({"name": SECRET})
        vals = {"name": f"Server {SECRET}", "type_id": kind.id, "serial": SECRET}
        cls.item = items.create(vals)
        other = items.create({"name": f"Rack {SECRET}"})
        cls.env["slm.configuration.item.relation"].create(
            {"source_id": cls.item.id, "target_id": other.id, "kind": "part_of"}
        )
        cls.mixed_service.write(
            {
                "manager_id": cls.manager.id,
                "team_ids": [Command.set(cls.team.ids)],
                "configuration_item_ids": [Command.set(cls.item.ids)],
                "dependency_ids": [Command.set(cls.hidden_services[0].ids)],
                "agreement_ids": [Command.set(cls.agreement.ids)],
            }
        )
        cls.agreement_for_everybody.service_ids = (
            cls.mixed_service | cls.hidden_services[0]
        )

    @classmethod
    def _set_up_clocks(cls):
        """A ticket that a team held, that waited for a supplier, and was escalated."""
        cls.at(cls, "fri+-1 15:00")
        cls.ticket = cls.create_ticket(
            slm_service_id=cls.mixed_service.id,
            slm_process_id=cls.rivals.id,
            slm_configuration_item_ids=[Command.set(cls.item.ids)],
            team_id=cls.team.id,
            user_id=cls.helpdesk_user.id,
        )
        cls.ticket.message_subscribe(cls.employee.partner_id.ids)
        cls.at(cls, "fri+-1 15:30")
        cls.ticket.slm_supplier_id = cls.supplier
        cls.ticket.stage_id = cls.stages["wait_supplier"]
        cls.at(cls, "fri+-1 16:00")
        cls.ticket.stage_id = cls.stages["working"]
        cls.env["slm.clock"]._get_due()._act()
        cls.at(cls, "mon 06:00")

    @classmethod
    def _set_up_suppliers(cls):
        """The customer is a supplier, too: who asks belongs to one, and has a file of
        his own, with an evaluation and a contact record."""
        cls.category = cls.env["slm.supplier.category"].create({"name": SECRET})
        file = {
            "slm_is_supplier": True,
            "slm_supplier_category_id": cls.category.id,
            "slm_supplier_status": "watch",
            "slm_account_manager_id": cls.manager.id,
            "slm_contact_role": f"Hotline {SECRET}",
            "slm_contact_calendar_id": cls.always.id,
            "slm_evaluation_interval": "3",
        }
        cls.suppliers = cls.supplier | cls.organisation | cls.person
        cls.suppliers.write(file)
        cls.criterion = cls.env["slm.supplier.criterion"].create({"name": SECRET})
        cls.evaluation = cls._create_evaluation(cls.organisation)
        cls._create_evaluation(cls.supplier).action_confirm()
        cls.interaction = cls.env["slm.supplier.interaction"].create(
            {
                "name": f"Minutes of {SECRET}",
                "partner_id": cls.organisation.id,
                "contact_ids": [Command.set(cls.person.ids)],
                "user_ids": [Command.set(cls.manager.ids)],
                "ticket_id": cls.ticket.id,
                "notes": f"<p>{SECRET}</p>",
                "attachment_ids": [Command.create(cls._prepare_file())],
            }
        )

    @classmethod
    def _create_evaluation(cls, partner):
        evaluation = cls.env["slm.supplier.evaluation"].create(
            {
                "partner_id": partner.id,
                "date_from": "2023-10-01",
                "date_to": "2023-12-31",
                "notes": f"<p>{SECRET}</p>",
            }
        )
        evaluation.line_ids.write({"score": "2", "reason": SECRET})
        return evaluation

    @classmethod
    def _prepare_file(cls):
        return {"name": SECRET, "raw": SECRET.encode()}

    @classmethod
    def _set_up_papers(cls):
        """A contract with the customer, its text, and what was accepted of it."""
        cls.contract = cls.env["slm.contract"].create(
            {
                "name": f"Contract {SECRET}",
                "partner_id": cls.organisation.id,
                "partner_role": "customer",
                "manager_id": cls.manager.id,
                "effective_date": "2023-12-01",
                "end_date": "2024-01-31",
                "summary": SECRET,
                "text_ids": [Command.create(cls._prepare_file())],
                "agreement_ids": [Command.set(cls.agreement.ids)],
                "service_ids": [Command.set(cls.mixed_service.ids)],
                "configuration_item_ids": [Command.set(cls.item.ids)],
            }
        )
        cls.acceptance = cls.env["slm.contract.acceptance"].create(
            {
                "name": f"Acceptance {SECRET}",
                "contract_id": cls.contract.id,
                "planned_date": "2024-01-15",
                "attachment_ids": [Command.create(cls._prepare_file())],
            }
        )
        cls.supplied = cls.contract.copy(
            {
                "name": f"Supplied {SECRET}",
                "partner_id": cls.supplier.id,
                "partner_role": "supplier",
                "agreement_ids": [Command.set(cls.uc.ids)],
                "effective_date": "2023-12-01",
            }
        )

    @classmethod
    def _set_up_reports(cls):
        """Reports about others, drafts, and one about the organisation of who asks; a
        missed clock that was left out of them."""
        cls.exclusion = cls._create_exclusion()
        cls.rival_report = cls._create_report(cls.rival)
        cls.report = cls._create_report(cls.organisation)
        cls.draft_report = cls._create_report(cls.person, publish=False)
        cls.provider_report = cls._create_report(audience="provider")
        vals = {
            "name": f"Schedule {SECRET}",
            "audience": "customer",
            "partner_id": cls.organisation.id,
            "recipient_ids": [Command.set(cls.manager.partner_id.ids)],
            "user_id": cls.manager.id,
        }
        cls.schedule = cls.env["slm.report.schedule"].create(vals)
        cls.delivery = cls.env["slm.report.delivery"].create(
            {
                "report_id": cls.report.id,
                "partner_id": cls.manager.partner_id.id,
                "schedule_id": cls.schedule.id,
            }
        )
        cls.gap_analysis = cls.env["slm.gap.analysis"].create(
            {"date_from": "2023-12-01", "date_to": "2023-12-31"}
        )

    @classmethod
    def _create_exclusion(cls):
        """Of the supplier's clock, which is late when the ticket comes back."""
        clock = cls.ticket.slm_clock_ids.filtered(
            lambda clock: clock.state == "stopped" and clock.outcome == "missed"
        )[:1]
        exclusions = cls.env["slm.exclusion"].with_user(cls.manager)
        reason = cls.env["slm.exclusion.reason"].create({"name": SECRET})
        return exclusions._propose(clock.with_user(cls.manager), reason, SECRET).sudo()

    @classmethod
    def _create_report(cls, partner=None, publish=True, **vals):
        vals = {
            "name": f"Report {SECRET}",
            "partner_id": partner and partner.id,
            "period": "custom",
            "date_from": "2024-01-01",
            "date_to": "2024-01-05",
        } | vals
        report = cls.env["slm.service.report"].create(vals)
        if publish:
            report.action_publish()
        return report

    @classmethod
    def _set_up_threads(cls):
        """A discussion, an activity, a file and a follower on what is visible, and on
        what is closed."""
        shown = (cls.mixed_service, cls.for_everybody, cls.agreement)
        cls.papers = (cls.contract, cls.acceptance, cls.interaction, cls.evaluation)
        cls.reports = (cls.report, cls.gap_analysis, cls.schedule)
        cls.papers = cls.reports + cls.papers
        cls.threads = shown + cls.papers
        for record in cls.threads:
            record.message_subscribe(cls.agent.partner_id.ids)
            record.message_post(body=SECRET, subtype_xmlid="mail.mt_comment")
            record.message_post(body=SECRET)
            record.activity_schedule(summary=SECRET, user_id=cls.manager.id)
            record.message_subscribe(cls.manager.partner_id.ids)
        cls.env["ir.attachment"].create(
            [
                cls._prepare_file() | {"res_model": record._name, "res_id": record.id}
                for record in (*shown, cls.evaluation, *cls.reports)
            ]
        )

    @classmethod
    def _set_up_visible(cls):
        covered = cls.for_organisation | cls.for_department | cls.for_everybody
        processes = {
            cls.portal_user: covered | cls.for_person,
            cls.employee: covered,
            cls.helpdesk_user: cls.for_everybody,
            cls.desk_manager: cls.for_everybody,
            cls.public_user: cls.env["slm.process"],
        }
        everybody = cls.agreement_for_everybody
        agreements = {
            cls.portal_user: cls.agreement | everybody,
            cls.employee: cls.agreement | everybody,
            cls.helpdesk_user: everybody,
            cls.desk_manager: everybody,
            cls.public_user: cls.env["slm.agreement"],
        }
        cls.visible = {
            user: {
                "slm.process": found,
                "slm.service": found.service_ids,
                "slm.service.type": found.service_ids.type_id,
                "slm.agreement": agreements[user],
                "slm.target": cls._get_visible_targets(
                    agreements[user], found.service_ids
                ),
            }
            for user, found in processes.items()
        }

    @classmethod
    def _get_visible_targets(cls, agreements, services):
        """Lines for all services, or for one of those that are visible."""
        return agreements.target_ids.filtered(
            lambda line: not line.service_id or line.service_id in services
        )
