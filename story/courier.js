// sent with every step, so it is short: brings what is new to link.js, whichever of them came first
export default arrived => {
    const meeting = globalThis.petrogradMeeting || (globalThis.petrogradMeeting = {});
    meeting.arrived = arrived;
    if (meeting.link) meeting.link(arrived);
    return () => {
        meeting.arrived = null;
        if (meeting.leave) meeting.leave(arrived);
    };
};
