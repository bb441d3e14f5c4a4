# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A catalogue with something of every kind that somebody must not see."""

from odoo.fields import Command

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
        cls._set_up_desk()
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
        cls.team = cls.env["helpdesk.ticket.team"].create({"name": f"Team {SECRET}"})

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
        cls.agreement.name = f"Office SLA {SECRET}"
        cls.mixed_service.write(
            {
                "manager_id": cls.manager.id,
                "team_ids": [Command.set(cls.team.ids)],
                "configuration_item_ids": [Command.set(cls.item.ids)],
                "dependency_ids": [Command.set(cls.hidden_services[0].ids)],
                "agreement_ids": [Command.set(cls.agreement.ids)],
            }
        )
        cls.ticket = cls.create_ticket(
            slm_service_id=cls.mixed_service.id,
            slm_process_id=cls.rivals.id,
            slm_configuration_item_ids=[Command.set(cls.item.ids)],
            user_id=cls.helpdesk_user.id,
        )
        cls.ticket.message_subscribe(cls.employee.partner_id.ids)

    @classmethod
    def _set_up_threads(cls):
        """A discussion, an activity, a file and a follower on what is visible."""
        cls.threads = (cls.mixed_service, cls.for_everybody)
        for record in cls.threads:
            record.message_post(body=SECRET, subtype_xmlid="mail.mt_comment")
            record.message_post(body=SECRET)
            record.activity_schedule(summary=SECRET, user_id=cls.manager.id)
            record.message_subscribe(cls.manager.partner_id.ids)
            cls.env["ir.attachment"].create(
                {
                    "name": SECRET,
                    "raw": SECRET.encode(),
                    "res_model": record._name,
                    "res_id": record.id,
                }
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
        cls.visible = {
            user: {
                "slm.process": found,
                "slm.service": found.service_ids,
                "slm.service.type": found.service_ids.type_id,
            }
            for user, found in processes.items()
        }
